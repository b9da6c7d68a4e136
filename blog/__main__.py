from blog.app import create_app
from shared.infrastructure.serve import serve

if __name__ == "__main__":
    serve(create_app, port=8000)
