// Light or dark, before anything is painted; so it is no module. See settings.js.
{
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    let chosen = "auto";
    try {
      chosen = JSON.parse(localStorage.getItem("collector"))?.theme ?? "auto";
    } catch {
      // The system's it is
    }
    const theme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
    if (document.documentElement.dataset.theme === theme) return;
    document.documentElement.dataset.theme = theme;
    document.dispatchEvent(new Event("theme"));
  };
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("settings", apply);
}
