from blog.models.author import Author
from blog.models.email_change import EmailChange
from blog.models.email_undo import EmailUndo
from blog.models.post import Post, PostAuthor, PostTag
from blog.models.second_factor import Authenticator, Passkey, PasskeyChallenge, RecoveryCode
from blog.models.slug_redirect import SlugRedirect
from blog.models.tag import Tag

__all__ = [
    "Authenticator",
    "Author",
    "EmailChange",
    "EmailUndo",
    "Passkey",
    "PasskeyChallenge",
    "Post",
    "PostAuthor",
    "PostTag",
    "RecoveryCode",
    "SlugRedirect",
    "Tag",
]
