"""Writing and looking after the blog: for administrators, under /admin/."""

from blog.routes.admin import (
    administrators,
    authors,
    bus,
    components,
    members,
    menu,
    newsletters,
    overview,
    page_caches,
    pauses,
    posts,
    previews,
    publications,
    replays,
    tags,
    uploads,
)

WRITING = (posts, previews, publications, tags, authors, uploads)
BUS = (bus, pauses, replays)
ADMIN = (*WRITING, *BUS, administrators, components, members, menu, newsletters, overview, page_caches)
