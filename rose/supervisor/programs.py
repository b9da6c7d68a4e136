"""What `up` runs beside the two servers: the apps and the stand-ins, each a Python process."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from rose.supervisor.addresses import APPS, Addresses
from rose.supervisor.environment import MERCHANT
from rose.supervisor.keys import own_secret

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
    who = ("--api-key", f"sup_sk_{own_secret(home, 'sumup')}", "--merchant-code", MERCHANT)
    where = ("--port", str(port), "--public-url", addresses.public("sumup"), "--state", str(home / "sumup"))
    return Program("sumup", ("-m", "rose.standins.sumup", *where, *who), port, health=None)
