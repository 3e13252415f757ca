// What broke the policy, each with what would allow it.
const violationCard = (violation, onShow = null) => {
  const line = (label, text) => text ? element("div", {}, element("dt", {}, label), element("dd", {}, text)) : null;
  return element("article", { class: "violation" },
    element("h3", {}, element("span", { "aria-hidden": "true" }, "✗ "), violation.action,
      violation.times ? element("span", { class: "fine" }, ` · ${violation.times}`) : null,
      violation.result ? element("span", { class: "fine" }, ` · ${violation.result}`) : null),
    element("dl", {},
      line("test", violation.level ? `${violation.test} (known by ${violation.level})` : violation.test),
      violation.command ? element("div", {}, element("dt", {}, "command"), element("dd", {}, element("code", {}, violation.command))) : null,
      line("program", violation.path),
      line("process", `${violation.pid}${violation.ancestry ? `, from ${violation.ancestry}` : ""}`),
      line("at", violation.first),
      line("rule", violation.rules.join(", "))),
    element("div", { class: "remedies" },
      violation.flag ? copyLine("allow", violation.flag) : null,
      violation.yaml ? copyLine("or", violation.yaml) : null,
      violation.changes.map((change) => element("p", {}, `To allow it, ${change}.`))),
    onShow && violation.processes.length
      ? element("button", { type: "button", class: "show", onclick: () => onShow(violation.processes[0]) }, "show in the tree")
      : null);
};

const violationsPanel = (onShow) => {
  const list = element("div", { class: "cards" });
  const more = element("button", { type: "button" });
  let shown = 0;
  const show = (upTo) => {
    for (; shown < Math.min(upTo, run.violations.length); shown++) {
      const violation = run.violations[shown];
      if (shown === 0 || run.violations[shown - 1].test !== violation.test)
        list.append(element("h2", {}, violation.test));
      list.append(violationCard(violation, onShow));
    }
    more.hidden = shown >= run.violations.length;
    more.textContent = `Show ${Math.min(200, run.violations.length - shown)} more of ${run.violations.length}`;
  };
  more.addEventListener("click", () => show(shown + 200));
  show(100);
  return element("section", { class: "violations" },
    run.violations.length ? null : element("p", { class: "none" }, "Nothing that the run did is against the policy."), list, more);
};

// What was not seen, not judged, or left behind: the limits of the answer.
const limitsPanel = () => {
  const group = (title, items) => items.length
    ? [element("h2", {}, title), element("ul", {}, items.map((item) => element("li", {}, item)))] : [];
  const { verdict } = run;
  const left = Array.from({ length: processCount }, (_, process) => process).filter((process) => run.processes.leaked[process]);
  const facts = Object.entries(run.facts).filter(([, value]) => value);
  return element("section", { class: "limits" },
    group("Evidence is missing", verdict.incomplete), group("Not covered", verdict.notCovered),
    group("Lost", verdict.lost), group("Missing hooks", verdict.missingHooks),
    group("Build phase, not judged", verdict.notJudged),
    group("Left running", left.slice(0, 1000).map((process) => `${nameOf(process)}(${run.processes.pid[process]}) ${commandOf(lastImage(process))}`)),
    left.length > 1000 ? element("p", {}, `and ${left.length - 1000} more`) : null,
    group("Notes", verdict.notes),
    element("h2", {}, "The run"),
    element("dl", {}, facts.map(([key, value]) => element("div", {}, element("dt", {}, key), element("dd", {}, value)))));
};
