from rose.supervisor.addresses import APPS
from rose.supervisor.console import say, shout
from rose.supervisor.site import Site

_ADMINISTRATOR = (
    "SELECT email FROM users JOIN grants ON grants.user_id = users.id "
    "WHERE role = 'administrator' ORDER BY users.id LIMIT 1"
)


def welcome(site: Site, *, seconds: float) -> None:
    addresses = site.addresses
    shout(f"Ready after {seconds:.1f} s: {addresses.public('blog')}")
    for name in APPS[1:]:
        say(f"  {name:8} {addresses.public(name)}")
    if "mail" in site.embedded:
        say(f"  mail     {addresses.public('mail')}   every mail the site sends ends here")
    if "sumup" in site.embedded:
        say(f"  SumUp    {addresses.public('sumup')}   a stand-in: no card is charged")
    _sign_in(site)
    say(f"  Ctrl-C stops everything. Logs: {site.home / 'logs'}")


def _sign_in(site: Site) -> None:
    email = site.postgres.ask(_ADMINISTRATOR) if "postgres" in site.embedded else None
    say(
        f"  Sign in as {email}: the link comes by mail" if email else "  No administrator yet: rose user create --admin"
    )
