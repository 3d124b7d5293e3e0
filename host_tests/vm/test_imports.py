"""Each module of the library loads by itself, in a VM where nothing else of it was loaded."""

import subprocess

import pytest

from tools.package import package

MODULES = [
    path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for path, _ in package()["urls"]
]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_alone(vm, module):
    script = "import sys; import %s; assert %r in sys.modules" % (module, module)
    run = subprocess.run(
        [vm.program, "-c", script], env=vm.env, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stdout + run.stderr


# The package itself answers for its public names only: MicroPython asks its __getattr__ first.
@pytest.mark.parametrize("module", [name for name in MODULES if name.count(".") > 1])
def test_from_its_package(vm, module):
    package, _, name = module.rpartition(".")
    script = "from %s import %s as m; assert m.__name__ == %r" % (package, name, module)
    run = subprocess.run(
        [vm.program, "-c", script], env=vm.env, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stdout + run.stderr
