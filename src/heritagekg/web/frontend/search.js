// Names as you type, under the search box: a combobox (WAI-ARIA 1.2). Without this script the box
// is a plain form.
const box = document.querySelector("input[data-suggest]");
if (box) {
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.placeholder);
  const told = document.createElement("p");
  told.className = "unseen";
  told.setAttribute("role", "status");
  box.after(list, told);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list",
    "aria-controls": list.id, "aria-expanded": "false" })) box.setAttribute(name, value);

  let active = -1;
  let asked = null;
  let wait = 0;
  const options = () => [...list.children];
  const close = () => {
    list.hidden = true;
    active = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    const all = options();
    active = all.length ? (place + all.length) % all.length : -1;
    all.forEach((option, number) => option.setAttribute("aria-selected", String(number === active)));
    if (active < 0) return;
    box.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  };
  const go = (option) => { location.href = option.dataset.href; };

  function show(results) {
    list.replaceChildren(...results.map((result, number) => {
      const option = document.createElement("li");
      option.id = `suggestion-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.href = result.href;
      const label = document.createElement("span");
      label.textContent = result.label;
      label.lang = result.language;
      const more = document.createElement("small");
      more.textContent = [result.kind, result.name].filter(Boolean).join(" · ");
      option.append(label, more);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); go(option); });
      return option;
    }));
    told.textContent = results.length ? box.dataset.many.replace("{n}", results.length) : box.dataset.none;
    list.hidden = !results.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    active = -1;
    box.removeAttribute("aria-activedescendant");
  }

  async function ask() {
    const text = box.value.trim();
    asked?.abort();
    if (!text) return close();
    asked = new AbortController();
    const address = new URL(box.dataset.suggest, location.href);
    address.searchParams.set("q", text);
    for (const field of box.form.querySelectorAll("input[type=hidden]")) {
      address.searchParams.set(field.name, field.value);
    }
    try {
      const answer = await fetch(address, { signal: asked.signal });
      if (answer.ok && box.value.trim() === text) show((await answer.json()).results);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
    return undefined;
  }

  box.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(ask, 90); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else mark(event.key === "ArrowDown" ? active + 1 : active < 0 ? -1 : active - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      go(options()[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
}
