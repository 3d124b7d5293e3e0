"""How long a file may be, and how many files may lie side by side."""

LINES = {"lib": 300, "boards": 300, "firmware": 300, "tools": 250}
SOURCES = {".py", ".js", ".css", ".html"}  # a .pyi holds documentation, and no board gets it
# Files directly in the folder; its folders do not count.
FLAT = {"lib/snowplow_tracker": 16, "tools/collector": 16}


def too_large(root):
    """One line for each file with too many lines and each folder with too many files."""
    found = []
    for folder, most in LINES.items():
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SOURCES:
                continue
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > most:
                name = path.relative_to(root).as_posix()
                found.append(f"{name}: {lines} lines; a file of {folder}/ has at most {most}")
    for folder, most in FLAT.items():
        if (root / folder).exists():
            paths = (root / folder).iterdir()
            files = sum(path.is_file() and path.suffix not in (".pyi", ".typed") for path in paths)
            if files > most:
                found.append(f"{folder}: {files} files; at most {most} lie directly in it")
    return found
