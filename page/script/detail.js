// Everything about one process.
const showDetail = (aside, process, close) => {
  const { processes } = run;
  const line = (label, text) => text === null || text === "" ? null
    : element("div", {}, element("dt", {}, label), element("dd", {}, text));
  const parent = processes.parent[process];
  const images = imagesOf(process).map((image) => {
    const [path, command, directory, user, flags] = run.images[image];
    return element("li", {}, element("code", {}, command || run.paths[path]),
      element("p", { class: "fine" }, `${run.paths[path]} · in ${run.directories[directory]} · uid ${user}${flags ? ` · ${flags}` : ""}`));
  });
  const connections = (connectionsOf.get(process) ?? []).map((connection) => {
    const sent = run.connections.sent[connection];
    const received = run.connections.received[connection];
    return element("li", {},
      `${run.directions[run.connections.direction[connection]]} ${run.destinations[run.connections.destination[connection]]}`,
      element("span", { class: "fine" }, ` · ${run.results[run.connections.result[connection]]}`
        + ` · at ${durationText(run.connections.start[connection])}`
        + ` · test known: ${run.levels[run.connections.level[connection]]}`
        + (sent ? ` · ${bytesText(sent)} sent` : "") + (received ? ` · ${bytesText(received)} received` : "")));
  });
  aside.hidden = false;
  say(`${nameOf(process)}(${processes.pid[process]}) is shown beside the list. Escape closes it.`);
  aside.replaceChildren(
    element("button", { type: "button", class: "close", "aria-label": "Close", onclick: close }, "×"),
    element("h3", {}, `${nameOf(process)}(${processes.pid[process]})`),
    element("dl", {},
      line("parent", parent < 0 ? null : `${nameOf(parent)}(${processes.pid[parent]})`),
      line("end", exitText(processes.status[process])),
      line("left running", processes.leaked[process] ? "yes" : null),
      line("time", `${durationText(endOf(process) - startOf(process))}, from ${durationText(startOf(process))}`),
      line("CPU", durationText(processes.cpu[process])), line("peak memory", bytesText(processes.memory[process])),
      line("test", testName(processes.test[process])),
      line("test known by", run.levels[processes.level[process]]),
      line("part", processes.harness[process] ? "around the tests (harness)" : "tests")),
    element("h4", {}, processes.images[process] === -1 ? "Never became a program" : "Became"), element("ol", {}, images),
    connections.length ? element("h4", {}, count(connections.length, "connection")) : "",
    element("ul", {}, connections.slice(0, 500)),
    connections.length > 500 ? element("p", {}, `and ${connections.length - 500} more`) : "",
    element("div", {}, (violationsOf.get(process) ?? []).map((index) => violationCard(run.violations[index]))));
};
