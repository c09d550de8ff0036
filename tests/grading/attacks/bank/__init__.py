"""All attacks, grouped by class: importing this package fills `kit.BANK`."""

import importlib
import pkgutil

from tests.grading.attacks.bank.kit import BANK

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

__all__ = ["BANK"]
