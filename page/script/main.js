// The parts of the page, one at a time on the screen and all of them on paper.
const startPage = () => {
  let view = null;
  const showProcess = (process) => { choose("processes"); setFilter({}); view.show(process); };
  const showFiltered = (values) => { choose("processes"); setFilter(values); view.list(); };
  const parts = [
    ["violations", count(run.violations.length, "violation"), () => violationsPanel(showProcess)],
    ["processes", count(processCount, "process", "processes"), () => (view = processView()).panel],
    ["tests", count(run.tests.filter(([, , , kind]) => kind === "test").length, "test"), () => testsTable(showFiltered)],
    ["programs", "programs", () => programsTable(showFiltered)],
    ["destinations", "destinations", () => destinationsTable(showFiltered)],
    ["limits", "limits and facts", limitsPanel],
  ];
  const main = document.getElementById("main");
  const tabs = document.getElementById("tabs");
  const made = new Map();
  let chosen = null;

  // A part is made when it is first looked at.
  const part = (id) => {
    const panel = made.get(id);
    if (!panel.childElementCount) panel.append(parts.find(([each]) => each === id)[2]());
    return panel;
  };
  function choose(id) {
    chosen = id;
    for (const [each] of parts) {
      const isChosen = each === id;
      const tab = document.getElementById(`tab-${each}`);
      tab.setAttribute("aria-selected", isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      made.get(each).hidden = !isChosen;
    }
    part(id);
  }
  for (const [id, title] of parts) {
    tabs.append(element("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `part-${id}`, onclick: () => choose(id) }, title));
    const panel = element("div", { id: `part-${id}`, role: "tabpanel", "aria-labelledby": `tab-${id}`, "data-title": title, hidden: true });
    made.set(id, panel);
    main.append(panel);
  }
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = [...tabs.children];
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    next.focus();
    next.click();
  });
  addEventListener("beforeprint", () => {
    for (const [id] of parts) {
      part(id);
      made.get(id).hidden = false;
    }
    document.getElementById("overview").redraw();
    for (const list of lists) list.print(true);
  });
  addEventListener("afterprint", () => {
    for (const [id, panel] of made) panel.hidden = id !== chosen;
    for (const list of lists) list.print(false);
  });
  choose(run.violations.length || run.verdict.mode === "gate" ? "violations" : "processes");

  const themes = [["auto", "◐ auto", "as the system"], ["light", "☀ light", "light"], ["dark", "☾ dark", "dark"]];
  const button = document.getElementById("theme");
  let theme = 0;
  button.addEventListener("click", () => {
    theme = (theme + 1) % themes.length;
    const [name, text, label] = themes[theme];
    document.documentElement.dataset.theme = name;
    button.textContent = text;
    button.setAttribute("aria-label", `Theme: ${label}`);
    document.getElementById("overview")?.redraw();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    choose("processes");
    document.getElementById("filter-text").focus();
  });
};

startPage();
