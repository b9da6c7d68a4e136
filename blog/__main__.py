from blog.app import create_app
from shared.config import load_settings
from shared.infrastructure.migrations import upgrade
from shared.infrastructure.serve import serve

if __name__ == "__main__":
    # The blog's is the entry point that brings the tables up to date; the other apps find them so.
    settings = load_settings()
    upgrade(settings.database_direct_url or settings.database_url)
    serve(create_app, port=8000)
