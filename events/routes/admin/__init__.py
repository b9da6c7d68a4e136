from types import ModuleType

ADMIN: tuple[ModuleType, ...] = ()
