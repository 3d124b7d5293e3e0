// A form made from the config's JSON Schema.
//
// Each part of the config has an editor, {element, value()}: value() is what was filled in, and
// undefined if nothing was. at() is where the part is, in the words of the firmware's check:
// sensors.air.type, triggers[0].when. A field has it as its property, so that fieldOf() finds the
// field that a message of the check is about.
import { element, field, place, rowsOf } from "/static/fields.js";

export function formOf(schema) {
  // A rule with what it refers to; `choice` of an object whose other keys depend on one key.
  function flat({ $ref, allOf = [], ...found }) {
    const choices = allOf.filter((part) => part.if?.required);
    const parts = allOf.filter((part) => !part.if);
    if ($ref) parts.unshift(schema.definitions[$ref.split("/").pop()]);
    for (const part of parts) {
      const { properties, ...more } = flat(part);
      if (properties) found.properties = { ...found.properties, ...properties };
      for (const key in more) found[key] ??= more[key];
    }
    if (choices.length) {
      const key = choices[0].if.required[0];
      const rows = choices.flatMap((part) => {
        const { enum: several, const: one } = part.if.properties[key];
        return (several ?? [one]).map((value) => [value, part.then]);
      });
      found.choice = { key, rules: Object.fromEntries(rows) };
    }
    return found;
  }

  // Those of an object that is one of several kinds, without a key that says which.
  function kinds(rule) {
    const both = [rule.then, rule.else].map(flat);
    return both.flatMap((one) => (one.then && one.else && !one.properties ? kinds(one) : [one]));
  }

  // The rule of a key of the whole config; where presets give a part, the schema has it elsewhere.
  function ruleOf(key) {
    const whole = schema.allOf.find((rule) => rule.if?.not && rule.then?.properties?.[key]);
    return { ...schema.properties[key], ...whole?.then.properties[key] };
  }

  function make(given, at, value, key = "") {
    const rule = flat(given);
    const named = typeof rule.additionalProperties === "object" || rule.patternProperties;
    if (rule.choice || (rule.then && rule.else && !rule.properties)) return choose(rule, at, value);
    if (named) return names(rule, at, value ?? {});
    if (rule.properties) return object(rule, at, value ?? {});
    if (rule.type === "array" && rule.items) {
      if (rule.minItems && rule.minItems === rule.maxItems) return tuple(rule, at, value ?? []);
      if (flat(rule.items).enum && !rule.uniqueItems) return boxes(rule, at, value ?? []);
      return list(rule, at, value ?? [], key);
    }
    return field(rule, at, value, key);
  }

  function boxes(rule, at, value) {
    const all = flat(rule.items).enum.map((text) => {
      const box = element("input", { type: "checkbox", value: text, checked: value.includes(text) });
      return place(box, at);
    });
    const labels = all.map((box) => element("label", {}, box, ` ${box.value}`));
    const empty = emptyOf(rule);
    const chosen = () => all.filter((box) => box.checked).map((box) => box.value);
    return {
      element: element("div", {}, ...labels, empty.element),
      value: () => (chosen().length ? chosen() : empty.value()),
    };
  }

  // A box for the empty list, where that is something else than no list at all. It counts where
  // nothing is in the list.
  function emptyOf(rule) {
    if (rule.minItems || rule.default?.length === 0) return { element: "", value: () => undefined };
    const box = element("input", { type: "checkbox" });
    const usual = rule.default ? `, not ${rule.default.join(", ")}` : "";
    const label = element("label", {}, box, ` None: an empty list${usual}`);
    return { element: label, value: () => (box.checked ? [] : undefined) };
  }

  function titled(key, rule, editor, needed) {
    const title = `${rule.title ?? key}${needed ? " (needed)" : ""}`;
    const about = element("small", { textContent: rule.description ?? "" });
    if (editor.isField) return element("label", {}, `${title} `, editor.element, about);
    const inside = element("details", {}, element("summary", { textContent: title }), about);
    inside.append(editor.element);
    inside.open = needed || editor.value() !== undefined;
    return inside;
  }

  // `skip`: keys that are shown elsewhere.
  function object(rule, at, value, skip = []) {
    const needed = rule.required ?? [];
    const keys = Object.keys(rule.properties).filter((key) => {
      const one = rule.properties[key];
      return one !== false && one.const === undefined && !one.deprecated && !skip.includes(key);
    });
    const editors = {};
    const first = element("div");
    const rest = element("details", {}, element("summary", { textContent: "More" }));
    for (const key of keys) {
      const one = flat(rule.properties[key]);
      editors[key] = make(one, () => `${at()}.${key}`, value[key], key);
      const shown = needed.includes(key) || value[key] !== undefined || keys.length < 5;
      (shown ? first : rest).append(titled(key, one, editors[key], needed.includes(key)));
    }
    if (rest.children.length > 1) first.append(rest);
    return { element: first, value: () => filled(editors) };
  }

  function filled(editors) {
    const found = Object.entries(editors).map(([key, one]) => [key, one.value()]);
    const given = found.filter(([, value]) => value !== undefined);
    return given.length ? Object.fromEntries(given) : undefined;
  }

  // An object of one of several kinds: a select, and the fields of the kind that was chosen.
  function choose(rule, at, value) {
    const key = rule.choice?.key;
    const options = key ? rule.properties[key].enum : kinds(rule).map((kind, n) => n);
    const about = key ? rule.properties[key].enumDescriptions : null;
    const ruleFor = (option) => flat(key ? rule.choice.rules[option] : kinds(rule)[option]);
    const select = element("select", {}, new Option("none", ""));
    for (const [n, option] of options.entries()) {
      const text = key ? option : ruleFor(option).required.join(", ");
      select.append(new Option(about?.[n] ? `${text}: ${about[n]}` : text, option));
    }
    place(select, () => (key ? `${at()}.${key}` : at()));
    if (value && key) select.value = value[key];
    if (value && !key) {
      const fits = (option) => Object.keys(value).every((one) => one in ruleFor(option).properties);
      select.value = options.find(fits) ?? "";
    }
    const inner = element("div");
    let editor = null;
    function show(kept) {
      editor = select.value === "" ? null : object(ruleFor(select.value), at, kept, [key]);
      inner.replaceChildren(...(editor ? [editor.element] : []));
    }
    select.addEventListener("change", () => show(editor?.value() ?? {}));
    show(value ?? {});
    const title = key ? (rule.properties[key].title ?? key) : "Kind";
    function now() {
      if (!editor) return undefined;
      return { ...(key && { [key]: select.value }), ...editor.value() };
    }
    return { element: element("div", {}, element("label", {}, `${title} `, select), inner), value: now };
  }

  function tuple(rule, at, value) {
    const fields = Array.from({ length: rule.minItems }, (_, n) =>
      make(rule.items, at, value[n], `${n + 1}`));
    fields.forEach((one, n) => one.element.setAttribute("aria-label", `${n + 1}`));
    const now = () => fields.map((one) => one.value());
    return {
      element: element("span", { className: "tuple" }, ...fields.map((one) => one.element)),
      value: () => (now().every((one) => one === undefined) ? undefined : now().map((one) => one ?? "")),
    };
  }

  function list(rule, at, value, key) {
    const what = flat(rule.items).title ?? rule.title;
    const before = (row) => some(made.rows.slice(0, made.rows.indexOf(row)).map((one) => one.value()));
    const made = rowsOf(at, what, (row, given) =>
      make(rule.items, () => `${at()}[${before(row)?.length ?? 0}]`, given, key));
    value.forEach((one) => made.add(one));
    const empty = emptyOf(rule);
    made.element.append(empty.element);
    return { ...made, value: () => some(made.rows.map((row) => row.value())) ?? empty.value() };
  }

  function some(values) {
    const found = values.filter((one) => one !== undefined);
    return found.length ? found : undefined;
  }

  // An object whose keys are names of the user's; those that the schema knows are suggested.
  function names(rule, at, value) {
    const [pattern] = Object.values(rule.patternProperties ?? {});
    const other = typeof rule.additionalProperties === "object" ? rule.additionalProperties : pattern;
    const known = element("datalist", { id: `known${++lists}` });
    known.append(...Object.keys(rule.properties ?? {}).map((name) => new Option(name)));
    const made = rowsOf(at, rule.title, (row, name = "", given = undefined) => {
      const named = element("input", { value: name, autocomplete: "off" });
      const where = () => `${at()}.${named.value}`;
      place(named, where).setAttribute("list", known.id);
      const editor = make(other, where, given, "");
      const shown = editor.isField ? element("label", {}, "Value ", editor.element) : editor.element;
      const box = element("div", {}, element("label", {}, "Name ", named), shown);
      return { element: box, named, value: editor.value, nothing: editor.isField ? "" : {} };
    });
    function now() {
      const seen = new Set();
      const found = [];
      for (const { named, value: inside, nothing } of made.rows) {
        const held = inside();
        const twice = seen.has(named.value) && named.value !== "";
        named.setCustomValidity(twice ? "Another row has this name: choose another one." : "");
        seen.add(named.value);
        if (named.value !== "" || held !== undefined) found.push([named.value, held ?? nothing]);
      }
      return found.length ? Object.fromEntries(found) : undefined;
    }
    // Rows that were proposed before, and have not been changed, make place for new ones.
    function propose(given) {
      for (const row of [...made.rows]) {
        if (row.proposed && row.proposed === JSON.stringify([row.named.value, row.value()])) {
          made.remove(row);
        }
      }
      for (const [name, one] of Object.entries(given)) {
        if (made.rows.some((row) => row.named.value === name)) continue;
        const row = made.add(name, one);
        row.proposed = JSON.stringify([name, row.value()]);
      }
    }
    for (const [name, one] of Object.entries(value)) made.add(name, one);
    made.element.append(known);
    return { ...made, value: now, propose };
  }

  // The keys of the whole config without those of `skip`, as one editor.
  function settings(skip) {
    const keys = Object.keys(schema.properties).filter((key) => !skip.includes(key));
    const editors = {};
    const box = element("div");
    for (const key of keys) {
      const rule = flat(ruleOf(key));
      if (rule.deprecated) continue;
      editors[key] = make(rule, () => key, undefined, key);
      box.append(titled(key, rule, editors[key], false));
    }
    return { element: box, value: () => filled(editors) ?? {} };
  }

  return { make, object, settings, ruleOf };
}

let lists = 0;
