"""What search engines read: schema.org's BlogPosting and WebPage. Only of what everybody may read."""

from typing import Any

from blog.models import Post
from shared.config import Settings
from shared.utils import host_url


def post_json_ld(post: Post, settings: Settings) -> dict[str, Any]:
    """`image` holds the post's own picture, when it has one."""
    home = host_url(settings, "blog")
    url = host_url(settings, "blog", f"/{post.slug}/")
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "BlogPosting" if post.kind == "post" else "WebPage",
        "headline": post.title,
        "name": post.title,
        "description": post.seo_description or post.excerpt,
        "url": url,
        "mainEntityOfPage": url,
        "image": _pictures(post, settings),
        "dateModified": post.changed_at.isoformat(),
        "isAccessibleForFree": post.visibility == "public",
        "author": [_author(author.name, author.slug, settings) for author in post.authors],
        "publisher": {"@type": "Organization", "@id": f"{home}#organization", "name": settings.site.name, "url": home},
    }
    return found | ({"datePublished": post.published_at.isoformat()} if post.published_at else {})


def _author(name: str, slug: str, settings: Settings) -> dict[str, str]:
    return {"@type": "Person", "name": name, "url": host_url(settings, "blog", f"/author/{slug}/")}


def _pictures(post: Post, settings: Settings) -> list[str]:
    if not post.feature_image:
        return []
    return [
        host_url(settings, "blog", post.feature_image) if post.feature_image.startswith("/") else post.feature_image
    ]
