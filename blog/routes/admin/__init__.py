"""Writing and looking after the blog: for administrators, under /admin/."""

from blog.routes.admin import (
    authors,
    components,
    members,
    menu,
    newsletters,
    overview,
    posts,
    previews,
    publications,
    tags,
    uploads,
)

ADMIN = (authors, components, members, menu, newsletters, overview, posts, previews, publications, tags, uploads)
