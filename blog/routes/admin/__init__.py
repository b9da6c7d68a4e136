"""Writing and looking after the blog: for administrators, under /admin/."""

from blog.routes.admin import (
    audit,
    authors,
    bus,
    components,
    grants,
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
    sessions,
    tags,
    uploads,
)

WRITING = (posts, previews, publications, tags, authors, uploads)
BUS = (bus, pauses, replays)
PEOPLE = (audit, grants, members, sessions)
ADMIN = (*WRITING, *BUS, *PEOPLE, components, menu, newsletters, overview, page_caches)
