"""What `up` runs beside the two servers: the apps and the stand-ins, each a Python process.

Secrets reach them by the environment: a command line is for every user of the machine to read.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from rose.supervisor.addresses import APPS, Addresses
from rose.supervisor.environment import MERCHANT

PURPOSES = {"mail": "the mail catcher", "sumup": "the SumUp stand-in"}


@dataclass(frozen=True)
class Program:
    """`health`: the path that answers 200 once it works; None when listening is all there is to see."""

    name: str
    arguments: tuple[str, ...]
    port: int
    health: str | None = "/healthz"

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"


def programs(home: Path, addresses: Addresses, embedded: Collection[str]) -> list[Program]:
    return [*stand_ins(home, addresses, embedded), *apps(addresses)]


def apps(addresses: Addresses) -> list[Program]:
    return [Program(name, ("-m", name, "--port", str(addresses.port(name))), addresses.port(name)) for name in APPS]


def stand_ins(home: Path, addresses: Addresses, embedded: Collection[str]) -> list[Program]:
    found = [_mail(home, addresses), _sumup(home, addresses)]
    return [program for program in found if program.name in embedded]


def _mail(home: Path, addresses: Addresses) -> Program:
    port = addresses.port("mail")
    where = ("--port", str(port), "--smtp-port", str(addresses.port("smtp")), "--folder", str(home / "mail"))
    return Program("mail", ("-m", "rose.standins.mail", *where), port)


def _sumup(home: Path, addresses: Addresses) -> Program:
    port = addresses.port("sumup")
    where = ("--port", str(port), "--public-url", addresses.public("sumup"), "--state", str(home / "sumup"))
    arguments = ("-m", "rose.standins.sumup", *where, "--merchant-code", MERCHANT)
    return Program("sumup", arguments, port, health=None)
