"""Writing and looking after the blog: for administrators, under /admin/."""

from blog.routes.admin import (
    administrators,
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

WRITING = (posts, previews, publications, tags, authors, uploads)
ADMIN = (*WRITING, administrators, components, members, menu, newsletters, overview)
