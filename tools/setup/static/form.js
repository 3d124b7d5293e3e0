// A form made from the config's JSON Schema: its texts, numbers, choices and switches.

const ASKED = ["$schema", "collector", "app_id", "name", "board"];

// Fills an element with fields; returns a function that gives what was filled in, as an object.
export function settingsForm(element, schema) {
  const fields = [];
  for (const [key, rule] of Object.entries(schema.properties)) {
    if (ASKED.includes(key) || rule.deprecated) continue;
    const field = input(rule);
    if (!field) continue;
    field.name = key;
    const label = document.createElement("label");
    const about = document.createElement("small");
    about.textContent = rule.description ?? "";
    label.append(`${rule.title ?? key} `, field, about);
    element.append(label);
    fields.push([key, rule, field]);
  }
  return () => {
    const made = {};
    for (const [key, rule, field] of fields) {
      if (field.value === "") continue;
      if (rule.type === "boolean") made[key] = field.value === "true";
      else if (rule.type === "string" || rule.enum) made[key] = field.value;
      else made[key] = Number(field.value);
    }
    return made;
  };
}

function input(rule) {
  const choices = rule.type === "boolean" ? ["true", "false"] : rule.enum;
  if (choices) {
    const select = document.createElement("select");
    select.append(new Option("as usual", ""), ...choices.map((text) => new Option(text, text)));
    return select;
  }
  if (!["string", "integer", "number"].includes(rule.type)) return null;
  const field = document.createElement("input");
  field.placeholder = rule.default ?? "";
  if (rule.type === "string") {
    if (rule.maxLength) field.maxLength = rule.maxLength;
  } else {
    field.type = "number";
    field.step = rule.type === "integer" ? 1 : "any";
    if (rule.minimum !== undefined) field.min = rule.minimum;
    if (rule.maximum !== undefined) field.max = rule.maximum;
  }
  return field;
}
