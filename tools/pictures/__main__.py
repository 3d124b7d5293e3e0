from tools.pictures import FOLDER, drawn

FOLDER.mkdir(exist_ok=True)
for name, text in drawn().items():
    (FOLDER / name).write_text(text, encoding="utf-8")
    print(FOLDER / name)
