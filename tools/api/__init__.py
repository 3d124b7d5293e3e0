"""The reference of the library's public names, and whether it has all of them.

    python -m mkdocs build -f tools/api/mkdocs.yml      builds it into build/docs: `make docs`

    names.py      the public names, as objects of griffe, and what is missing of them
    comments.py   adds to each name the comments of its code: a plugin of griffe

The pages are docs/api/*.md; `::: name` stands for the documentation of a name.
"""
