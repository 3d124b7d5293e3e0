"""Write firmware/config.schema.json, for editors and forms.

python -m tools.config_schema
"""

from tools.config_schema import PATH, text

PATH.write_text(text(), encoding="utf-8")
print(PATH)
