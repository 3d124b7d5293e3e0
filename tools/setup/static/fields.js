// Fields of the form: one value each, and rows of them.

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// --- one value -----------------------------------------------------------------------------------
function input(rule, key) {
  const choices = rule.type === "boolean" ? ["true", "false"] : rule.enum;
  if (choices) {
    const select = element("select", {}, new Option("as usual", ""));
    const about = rule.enumDescriptions ?? [];
    select.append(
      ...choices.map((text, n) => new Option(about[n] ? `${text}: ${about[n]}` : text, text)),
    );
    return select;
  }
  if (isOpen(rule)) return element("textarea", { rows: 2, placeholder: "JSON" });
  const made = element("input", { autocomplete: "off" });
  if (["integer", "number"].includes(rule.type)) {
    made.type = "number";
    made.step = rule.type === "integer" ? 1 : "any";
    if (rule.minimum !== undefined) made.min = rule.minimum;
    if (rule.maximum !== undefined) made.max = rule.maximum;
  } else {
    if (key.endsWith("password")) made.type = "password";
    if (rule.type === "string" && rule.maxLength) made.maxLength = rule.maxLength;
  }
  made.placeholder = rule.default ?? "";
  return made;
}

function types(rule) {
  return [rule.type, ...(rule.anyOf ?? []).map((one) => one.type)].flat();
}

// What no field is made for, such as the data of an entity, is written as JSON.
function isOpen(rule) {
  return !rule.enum && !types(rule).some((type) =>
    ["string", "integer", "number", "boolean"].includes(type));
}

function read(rule, made) {
  made.setCustomValidity("");
  if (made.value.trim() === "") return undefined;
  if (rule.type === "boolean") return made.value === "true";
  if (rule.enum) return rule.enum.find((one) => String(one) === made.value);
  if (isOpen(rule)) {
    try {
      return JSON.parse(made.value);
    } catch (error) {
      made.setCustomValidity(`This is no JSON: ${error.message}`);
      return undefined;
    }
  }
  if (made.type === "number") return Number(made.value);
  const isNumber = types(rule).some((type) => ["integer", "number"].includes(type));
  return isNumber && /^-?\d+(\.\d+)?$/.test(made.value) ? Number(made.value) : made.value;
}

export function field(rule, at, value, key) {
  const made = input(rule, key);
  made.name = key;
  place(made, at);
  if (value !== undefined) made.value = isOpen(rule) ? JSON.stringify(value) : String(value);
  return { element: made, value: () => read(rule, made), isField: true };
}

// --- rows of values ------------------------------------------------------------------------------
// Rows with a button that adds one, and one in each that removes it. A row in which nothing is
// filled in does not count.
export function rowsOf(at, what, build) {
  const rows = [];
  const holder = element("div");
  const button = place(element("button", { type: "button", textContent: `Add: ${what}` }), at);
  function add(...given) {
    const row = {};
    Object.assign(row, build(row, ...given));
    const gone = element("button", { type: "button", textContent: `Remove: ${what}` });
    gone.addEventListener("click", () => {
      remove(row);
      button.focus();
      button.dispatchEvent(new Event("change", { bubbles: true }));
    });
    row.box = element("div", { className: "row", role: "group", ariaLabel: what }, row.element, gone);
    rows.push(row);
    holder.append(row.box);
    return row;
  }
  function remove(row) {
    rows.splice(rows.indexOf(row), 1);
    row.box.remove();
  }
  button.addEventListener("click", () => {
    add().box.querySelector("input, select, textarea").focus();
  });
  return { rows, add, remove, element: element("div", {}, holder, button) };
}

// --- messages ------------------------------------------------------------------------------------
// A field that messages about the part of the config at() are shown at.
export function place(field, at) {
  field.classList.add("field");
  field.at = at;
  return field;
}

// The field that a message of the check is about, or null.
export function fieldOf(form, message) {
  const said = message.replace(/^unknown key /, "");
  let found = null;
  for (const field of form.querySelectorAll(".field")) {
    const at = field.at();
    const ends = !/^\w/.test(said.slice(at.length));
    if (said.startsWith(at) && ends && at.length > (found?.at().length ?? 0)) found = field;
  }
  return found;
}
