"""The image of all that any config may ask for, since the boards of a fleet differ."""

from tools.deploy import LAST, ROOT, compiled, files
from tools.deploy.image import modules
from tools.release.image import make


def build_image(folder, root=ROOT):
    """The image of the firmware in `root`: bytes. `folder`: a Path for compiled files.

    Raises ValueError for a file that does not compile.
    """
    try:
        return make(modules(compiled([f for f in files(root) if f[1] not in LAST], folder)))
    except SyntaxError as error:
        raise ValueError(str(error))
