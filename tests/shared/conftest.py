from tests.shared.field import processor

__all__ = ["processor"]
