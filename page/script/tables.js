// A table whose columns sort and whose rows are made as they are needed.
const table = ({ title, columns, items, onPick }) => {
  let sorted = items;
  let by = columns.findIndex((column) => column.isFirst);
  let isUp = false;
  let words = "";
  const value = (item, column) => column.value(item);
  const template = columns.map((column) => column.width ?? "7em").join(" ");

  const make = () => {
    const row = element("div", { class: "row", role: "row", tabindex: -1 },
      columns.map((column) => element("span", { role: "cell", class: column.isNumber ? "number" : "" })));
    row.style.gridTemplateColumns = template;
    return row;
  };
  const fill = (row, index) => {
    const item = sorted[index];
    row.classList.toggle("violates", Boolean(item.violates));
    columns.forEach((column, position) => {
      const text = (column.text ?? ((each) => value(each, column)))(item);
      row.children[position].textContent = text;
      row.children[position].title = text;
    });
  };
  const body = element("div", { class: "grid table-body", role: "rowgroup" });
  const shown = element("span", { class: "shown", role: "status" });
  const view = new Rows(body, { height: ROW, make, fill, onPick: (index) => onPick?.(sorted[index]) });

  const sort = () => {
    const matches = words ? matcher(words) : null;
    const column = columns[by];
    sorted = matches ? items.filter((item) => columns.some((each) => matches(String(value(item, each) ?? "")))) : [...items];
    sorted.sort((left, right) => {
      const [one, other] = [value(left, column), value(right, column)];
      const result = column.isNumber ? one - other : String(one).localeCompare(String(other));
      return isUp ? result : -result;
    });
    heads.forEach((head, position) =>
      head.setAttribute("aria-sort", position === by ? (isUp ? "ascending" : "descending") : "none"));
    shown.textContent = matches ? `${sorted.length} of ${items.length}` : count(items.length, "row");
    whole.setAttribute("aria-rowcount", sorted.length + 1);
    view.reset(sorted.length);
  };
  const heads = columns.map((column, position) => element("span", { role: "columnheader", class: column.isNumber ? "number" : "" },
    element("button", {
      type: "button",
      onclick: () => { isUp = position === by ? !isUp : !column.isNumber; by = position; sort(); },
    }, column.name)));
  const headRow = element("div", { class: "row heads", role: "row" }, heads);
  headRow.style.gridTemplateColumns = template;
  const search = element("input", { type: "search", oninput: () => { words = search.value; sort(); } });
  const whole = element("div", { role: "table", "aria-label": title, class: "table" }, headRow, body);
  isUp = !columns[by].isNumber;
  sort();
  return element("section", {}, element("div", { class: "filters" }, element("label", {}, `search ${title.toLowerCase()}`, search), shown), whole);
};

const programsTable = (onPick) => {
  const programs = new Map();
  for (let process = 0; process < processCount; process++) {
    const isChild = run.processes.images[process] !== -1;
    if (!isChild) continue;
    for (const path of new Set(imagesOf(process).map((image) => run.images[image][0]))) {
      if (!programs.has(path)) programs.set(path, { path, runs: 0, failed: 0, time: 0, cpu: 0, tests: new Set(), violates: false });
      const program = programs.get(path);
      const status = run.processes.status[process];
      program.runs++;
      if (status !== 0 && status !== null) program.failed++;
      program.time += endOf(process) - startOf(process);
      program.cpu += run.processes.cpu[process];
      if (run.processes.test[process] >= 0) program.tests.add(run.processes.test[process]);
      if (violationsOf.has(process)) program.violates = true;
    }
  }
  return table({
    title: "Programs", items: [...programs.values()], onPick: (item) => onPick({ program: run.paths[item.path] }),
    columns: [
      { name: "program", value: (item) => run.paths[item.path], width: "minmax(12em, 1fr)" },
      { name: "runs", value: (item) => item.runs, isNumber: true, isFirst: true },
      { name: "failed", value: (item) => item.failed, isNumber: true },
      { name: "tests", value: (item) => item.tests.size, isNumber: true },
      { name: "time", value: (item) => item.time, text: (item) => durationText(item.time), isNumber: true },
      { name: "CPU", value: (item) => item.cpu, text: (item) => durationText(item.cpu), isNumber: true },
    ],
  });
};

const destinationsTable = (onPick) => {
  const found = new Map();
  const { flows } = run;
  const reached = new Set(run.violations.map((violation) => violation.destination));
  for (let flow = 0; flow < flows.process.length; flow++) {
    const key = flows.destination[flow];
    if (!found.has(key))
      found.set(key, { text: run.destinations[key], programs: new Set(), tests: new Set(), times: 0, sent: 0, received: 0, violates: reached.has(run.destinations[key]) });
    const item = found.get(key);
    item.programs.add(baseName(run.paths[flows.program[flow]]));
    if (flows.test[flow] >= 0) item.tests.add(flows.test[flow]);
    item.times += flows.count[flow];
    item.sent += flows.sent[flow];
    item.received += flows.received[flow];
  }
  return table({
    title: "Destinations", items: [...found.values()], onPick: (item) => onPick({ destination: item.text }),
    columns: [
      { name: "destination", value: (item) => item.text, width: "minmax(14em, 1fr)" },
      { name: "programs", value: (item) => [...item.programs].sort().join(", "), width: "minmax(8em, 0.7fr)" },
      { name: "times", value: (item) => item.times, isNumber: true, isFirst: true },
      { name: "tests", value: (item) => item.tests.size, isNumber: true },
      { name: "sent", value: (item) => item.sent, text: (item) => bytesText(item.sent), isNumber: true },
      { name: "received", value: (item) => item.received, text: (item) => bytesText(item.received), isNumber: true },
      { name: "verdict", value: (item) => (item.violates ? "✗ violation" : "") },
    ],
  });
};

const testsTable = (onPick) => {
  const items = run.tests.map(([runner, suite, name, kind, result]) => ({ runner, suite, name, kind, result, processes: 0, time: 0, connections: 0, violations: 0 }));
  for (let process = 0; process < processCount; process++) {
    const item = items[run.processes.test[process]];
    if (!item) continue;
    item.processes++;
    item.time += endOf(process) - startOf(process);
  }
  for (const test of run.connections.test) if (items[test]) items[test].connections++;
  for (const violation of run.violations) {
    const item = items[violation.testIndex];
    if (item) { item.violations++; item.violates = true; }
  }
  return table({
    title: "Tests", items, onPick: (item) => onPick({ test: item.name }),
    columns: [
      { name: "test", value: (item) => item.name, width: "minmax(16em, 1fr)" },
      { name: "runner", value: (item) => item.runner },
      { name: "kind", value: (item) => item.kind },
      { name: "result", value: (item) => item.result ?? "" },
      { name: "processes", value: (item) => item.processes, isNumber: true },
      { name: "their time", value: (item) => item.time, text: (item) => durationText(item.time), isNumber: true },
      { name: "connections", value: (item) => item.connections, isNumber: true },
      { name: "violations", value: (item) => item.violations, isNumber: true, isFirst: true },
    ],
  });
};
