// The processes as a tree with a bar each, or in another order without the tree.
const ROW = 24;

const processView = () => {
  const collapsed = new Set();
  let order = "tree";
  // What the rows show, and how deep it stands.
  const rows = new Int32Array(processCount);
  const depths = new Uint16Array(processCount);
  let rowCount = 0;
  let found = null;

  const bySize = {
    start: (left, right) => startOf(left) - startOf(right),
    duration: (left, right) => endOf(right) - startOf(right) - (endOf(left) - startOf(left)),
    cpu: (left, right) => run.processes.cpu[right] - run.processes.cpu[left],
  };

  const list = () => {
    found = isFiltered() ? matchProcesses() : null;
    rowCount = 0;
    const add = (process, depth) => {
      rows[rowCount] = process;
      depths[rowCount++] = Math.min(depth, 65535);
    };
    if (order === "tree") walk(add);
    else {
      for (let process = 0; process < processCount; process++)
        if (!found || found.marks[process] === 2) add(process, 1);
      rows.subarray(0, rowCount).sort(bySize[order]);
    }
    grid.setAttribute("aria-rowcount", rowCount + 1);
    shown.textContent = found
      ? `${count(found.matched, "process", "processes")} of ${processCount.toLocaleString("en")}`
      : count(processCount, "process", "processes");
    view.reset(rowCount);
  };

  // Depth first, without a stack of calls: chains of forks can be long.
  const walk = (add) => {
    for (const root of roots) {
      let process = root;
      let depth = 1;
      while (process !== -1) {
        const isShown = !found || found.marks[process];
        if (isShown) add(process, depth);
        if (isShown && !collapsed.has(process) && firstChild[process] !== -1) {
          process = firstChild[process];
          depth++;
          continue;
        }
        while (process !== root && nextSibling[process] === -1) {
          process = run.processes.parent[process];
          depth--;
        }
        process = process === root ? -1 : nextSibling[process];
      }
    }
  };

  const make = () => {
    const row = element("div", { class: "row process", role: "row", tabindex: -1 },
      element("span", { class: "name", role: "gridcell" }, element("span", { class: "toggle", "aria-hidden": "true" }),
        element("span", { class: "text" })),
      element("span", { class: "command", role: "gridcell" }), element("span", { class: "end", role: "gridcell" }),
      element("span", { class: "time", role: "gridcell" }),
      element("span", { class: "lane", role: "gridcell" }, element("span", { class: "bar" })));
    const toggle = row.querySelector(".toggle");
    toggle.addEventListener("click", (event) => { event.stopPropagation(); fold(row.shown); });
    return row;
  };

  const fill = (row, index) => {
    const process = rows[index];
    const depth = depths[index];
    const [name, command, end, time, lane] = row.children;
    const isParent = order === "tree" && firstChild[process] !== -1;
    const status = run.processes.status[process];
    const violates = violationsOf.has(process);
    row.className = "row process" + (violates ? " violates" : "") + (found?.marks[process] === 1 ? " leads" : "");
    row.setAttribute("aria-level", depth);
    if (isParent) row.setAttribute("aria-expanded", !collapsed.has(process));
    else row.removeAttribute("aria-expanded");
    name.style.paddingLeft = `${Math.min(depth - 1, 24) * 14 + 4}px`;
    name.firstChild.textContent = isParent ? (collapsed.has(process) ? "▸" : "▾") : "";
    name.lastChild.textContent = `${violates ? "✗ " : ""}${nameOf(process)}(${run.processes.pid[process]})`;
    command.textContent = commandOf(lastImage(process));
    end.textContent = run.processes.leaked[process] ? "left running" : status === 0 ? "" : exitText(status);
    end.className = `end${status === 0 || status === null ? "" : " failed"}`;
    time.textContent = durationText(endOf(process) - startOf(process));
    drawLane(lane, process, violates);
  };

  const drawLane = (lane, process, violates) => {
    const share = (time) => ((time - span.from) / (span.to - span.from)) * 100;
    const from = Math.max(0, share(startOf(process)));
    const to = Math.min(100, share(endOf(process)));
    const bar = lane.firstChild;
    bar.hidden = to < 0 || from > 100;
    bar.style.left = `${from}%`;
    bar.style.width = `${Math.max(0, to - from)}%`;
    bar.className = `bar${violates ? " bad" : ""}${run.processes.harness[process] ? " harness" : ""}`;
    while (lane.childNodes.length > 1) lane.lastChild.remove();
    for (const connection of (connectionsOf.get(process) ?? []).slice(0, 50)) {
      const at = share(run.connections.start[connection]);
      if (at < 0 || at > 100) continue;
      const tick = element("span", { class: "tick" });
      tick.style.left = `${at}%`;
      lane.append(tick);
    }
  };

  const fold = (index) => {
    const process = rows[index];
    if (firstChild[process] === -1 || order !== "tree") return;
    if (!collapsed.delete(process)) collapsed.add(process);
    list();
    view.focus(index);
  };

  const foldAll = (isFolding) => {
    collapsed.clear();
    if (isFolding)
      for (let process = 0; process < processCount; process++)
        if (firstChild[process] !== -1 && run.processes.parent[process] !== -1) collapsed.add(process);
    list();
  };

  const onKey = (event) => {
    if (zoomKey(event, event.shiftKey)) { event.preventDefault(); return true; }
    const process = rows[view.focused];
    if (!rowCount || order !== "tree" || !["ArrowLeft", "ArrowRight"].includes(event.key)) return false;
    event.preventDefault();
    const isOpen = firstChild[process] !== -1 && !collapsed.has(process);
    if (event.key === "ArrowRight") {
      if (isOpen) view.focus(view.focused + 1);
      else fold(view.focused);
    } else if (isOpen) fold(view.focused);
    else {
      let parent = view.focused;
      while (parent > 0 && depths[parent] >= depths[view.focused]) parent--;
      view.focus(parent);
    }
    return true;
  };

  const grid = element("div", {
    class: "grid", role: "treegrid", "aria-label": "Processes", "aria-colcount": 5, id: "processes",
  });
  const detail = element("aside", { class: "detail", "aria-label": "The chosen process", tabindex: -1, hidden: true });
  const shown = element("span", { class: "shown", role: "status" });
  const view = new Rows(grid, {
    height: ROW, make, fill, onKey,
    onPick: (index) => showDetail(detail, rows[index], close),
  });
  // The focus goes back to where it was.
  const close = () => {
    detail.hidden = true;
    view.focus(view.focused);
  };
  spanListeners.push(() => view.draw(true));
  grid.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8);
  }, { passive: false });

  const show = (process) => {
    for (let parent = run.processes.parent[process]; parent >= 0; parent = run.processes.parent[parent])
      collapsed.delete(parent);
    list();
    view.focus(rows.subarray(0, rowCount).indexOf(process));
    showDetail(detail, process, close);
  };

  const choose = element("select", { "aria-label": "Order", onchange: () => { order = choose.value; list(); } },
    [["tree", "as a tree"], ["start", "by start"], ["duration", "longest first"], ["cpu", "most CPU first"]]
      .map(([value, text]) => element("option", { value }, text)));
  const button = (text, label, action) => element("button", { type: "button", "aria-label": label, onclick: action }, text);
  const heads = element("div", { class: "row heads", role: "row", "aria-hidden": "true" },
    ["process", "command", "end", "time", "when"].map((text) => element("span", {}, text)));
  const panel = element("section", { class: "processes" },
    filterBar(list),
    element("div", { class: "bar-of-buttons" }, choose,
      button("fold all", "Fold all processes", () => foldAll(true)),
      button("unfold all", "Unfold all processes", () => foldAll(false)),
      button("−", "Zoom out", () => zoom(2)), button("+", "Zoom in", () => zoom(0.5)),
      button("whole run", "Show the whole run", () => showSpan(0, run.duration)), shown),
    overview(), element("div", { class: "split" }, element("div", { class: "list" }, heads, grid), detail));
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || detail.hidden) return;
    event.preventDefault();
    close();
  });
  list();
  return { panel, list, show };
};

// The fields of the filter; `list` is called for every change.
const filterBar = (list) => {
  let waiting = 0;
  const changed = () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(list); };
  const field = (key, label, values) => {
    const input = element("input", {
      type: "search", id: `filter-${key}`, list: values && `values-${key}`, autocomplete: "off", spellcheck: "false",
      oninput: () => { filter[key] = input.value; changed(); },
    });
    const options = values && element("datalist", { id: `values-${key}` },
      values.slice(0, 500).map((value) => element("option", { value })));
    return element("label", {}, label, input, options);
  };
  const level = element("select", { id: "filter-level", onchange: () => { filter.level = level.value; changed(); } },
    element("option", { value: "" }, "any"), run.levels.map((value) => element("option", { value }, value)));
  const only = element("input", {
    type: "checkbox", id: "filter-violations", onchange: () => { filter.violations = only.checked; changed(); },
  });
  return element("form", { class: "filters", role: "search", "aria-label": "Filter processes", onsubmit: (event) => event.preventDefault() },
    field("text", "argv, path or pid"), field("test", "test", run.tests.map((test) => test[2])),
    field("program", "program", [...new Set(run.paths.map(baseName))].sort()),
    field("destination", "destination", run.destinations),
    element("label", {}, "test known by", level), element("label", { class: "check" }, only, "violations only"));
};

// Sets the fields as if they had been typed.
const setFilter = (values) => {
  for (const key of Object.keys(filter)) {
    filter[key] = values[key] ?? (key === "violations" ? false : "");
    const field = document.getElementById(`filter-${key}`);
    if (field.type === "checkbox") field.checked = filter[key];
    else field.value = filter[key];
  }
};
