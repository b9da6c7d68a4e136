from datetime import timedelta

from quart import Quart, Response

from shared.config import Settings
from shared.utils import host_url, utcnow

# RFC 9116 wants less than a year. Told anew with every answer, so that it never runs out while the site is up.
GOOD_FOR = timedelta(days=180)
PATH = "/.well-known/security.txt"


def use_security_txt(app: Quart, settings: Settings) -> None:
    @app.get(PATH)
    async def security_txt() -> Response:
        """Whom to tell about a hole in this site."""
        until = (utcnow() + GOOD_FOR).strftime("%Y-%m-%dT00:00:00Z")
        lines = [
            f"Contact: mailto:{settings.site.email}",
            f"Expires: {until}",
            f"Canonical: {host_url(settings, 'blog', PATH)}",
            f"Preferred-Languages: {settings.site.locale.split('_')[0]}",
        ]
        return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
