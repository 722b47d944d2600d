// The graph as a picture to walk through, by pointer and by keyboard. What it shows is in the table below it as well.
"use strict";
(async () => {
  const one = (id) => document.getElementById(id);
  const box = one("picture"), field = one("graph"), panel = one("panel");
  const NAMES = { record: "record", claim: "claim", work: "work", method: "method" };
  const SAYS = {  // as seen from the source, and from the target
    has_claim: ["Claims", "Record"], taken_from: ["Taken from", "Claims taken from it"], supported_by: ["Supported by", "Supports"],
    contradicted_by: ["Contradicted by", "Contradicts"], measured: ["Measured in", "Measured"], about: ["About", "Claims about it"],
    corrected: ["Corrected by", "Corrects"],
  };

  async function read() {
    const block = one("graph-data");
    if (block) return JSON.parse(block.textContent);
    const answer = await fetch(box.dataset.from);
    if (!answer.ok) throw new Error(String(answer.status));
    const given = await answer.json();
    const kinds = Object.keys(NAMES), relations = Object.keys(SAYS), at = new Map(given.nodes.map((n, i) => [n.id, i]));
    return {
      around: given.around, kinds, relations,
      nodes: given.nodes.map((n) => [n.id, kinds.indexOf(n.kind), n.label, n.address, n.x, n.y]),
      edges: given.edges.map((e) => [at.get(e.source), at.get(e.target), relations.indexOf(e.kind)]),
    };
  }

  let data;
  try { data = await read(); } catch { return; }  // the table stays
  box.hidden = false;

  // The colour that so much of one over the other gives; both as #rrggbb or #rgb.
  function mix(over, under, share) {
    const parts = (hex) => (hex.length === 4 ? [...hex.slice(1)].map((c) => c + c) : hex.slice(1).match(/../g)).map((c) => parseInt(c, 16));
    const [a, b] = [parts(over), parts(under)];
    return `rgb(${a.map((c, i) => Math.round(share * c + (1 - share) * b[i])).join(",")})`;
  }

  function style() {
    const of = getComputedStyle(document.documentElement);
    const colour = (name) => of.getPropertyValue(name).trim();
    const [ink, soft, card, accent, good, bad, mixed, wash] = ["--ink", "--soft", "--card", "--accent", "--good", "--bad", "--mixed", "--wash"].map(colour);
    const arrow = (kind, shape, tone, more) => ({ selector: `edge[kind = "${kind}"]`, style: { "curve-style": "straight", width: 2, "line-color": tone, "target-arrow-shape": shape, "target-arrow-color": tone, "arrow-scale": 1.1, "z-index": 5, ...more } });
    return [
      { selector: "node", style: {
        width: 14, height: 14, "background-color": card, "border-width": 1.6, "border-color": ink, color: ink, "font-size": 11, "font-family": "system-ui, sans-serif",
        "text-wrap": "wrap", "text-max-width": 170, "text-valign": "bottom", "text-margin-y": 4, "min-zoomed-font-size": 9,
        "text-background-color": card, "text-background-opacity": 0.85, "text-background-padding": 2 } },
      { selector: 'node[kind = "record"]', style: { shape: "round-rectangle", width: 44, height: 34, "background-color": accent, "border-color": accent, label: "data(short)", "font-size": 15, "font-weight": 600, "text-max-width": 220, "min-zoomed-font-size": 7, "z-index": 9 } },
      { selector: 'node[kind = "work"]', style: { shape: "diamond", width: 21, height: 21, "background-color": wash, label: "data(short)", "min-zoomed-font-size": 10 } },
      { selector: 'node[kind = "method"]', style: { shape: "triangle", width: 18, height: 18, "background-color": soft, "border-color": soft, label: "data(short)" } },
      // Thousands of these: dashes and see-through lines would take most of the time, and the shapes at their ends tell them apart.
      { selector: "edge", style: { "curve-style": "haystack", "haystack-radius": 0, width: 1, "line-color": mix(soft, card, 0.36) } },
      { selector: 'edge[kind = "about"]', style: { "line-color": mix(soft, card, 0.2) } },
      { selector: 'edge[kind = "measured"]', style: { "line-style": "dashed", "line-dash-pattern": [8, 2, 2, 2], "line-color": soft } },
      arrow("supported_by", "triangle", good, {}),
      arrow("contradicted_by", "tee", bad, { width: 3, "line-style": "dashed", "line-dash-pattern": [8, 4], "arrow-scale": 1.4 }),
      arrow("corrected", "diamond", mixed, { "line-style": "dashed", "line-dash-pattern": [3, 3] }),
      { selector: ".off", style: { display: "none" } },
      { selector: "edge.near", style: { "line-color": accent, width: 2.4, "z-index": 20 } },
      { selector: 'edge.near[kind = "supported_by"]', style: { "line-color": good } },
      { selector: 'edge.near[kind = "contradicted_by"]', style: { "line-color": bad, width: 3.4 } },
      { selector: "node.near", style: { "border-width": 3, "border-color": accent, "z-index": 21 } },
      { selector: "node.chosen", style: { "border-width": 5, "border-color": ink, label: "data(short)", "min-zoomed-font-size": 0, "z-index": 30 } },
    ];
  }

  const short = (text) => text.length > 70 ? text.slice(0, 68).trimEnd() + "…" : text;
  const cy = cytoscape({
    container: field,
    elements: [
      ...data.nodes.map(([id, kind, label, address, x, y]) => ({ group: "nodes", data: { id, kind: data.kinds[kind], label, short: short(label), address }, position: { x, y } })),
      ...data.edges.map(([source, target, kind], at) => ({ group: "edges", data: { id: `edge ${at}`, source: data.nodes[source][0], target: data.nodes[target][0], kind: data.relations[kind] } })),
    ],
    style: style(), layout: { name: "preset", fit: true, padding: 30 },
    hideEdgesOnViewport: true, textureOnViewport: true, pixelRatio: 1, autoungrabify: true, boxSelectionEnabled: false, selectionType: "single",
    minZoom: 0.02, maxZoom: 4,
  });
  field.dataset.ready = "yes";
  let chosen = null;

  const say = (text) => { one("told").textContent = text; };
  const visible = (found) => found.filter((e) => !e.hasClass("off"));

  function choose(node, isQuiet) {
    cy.batch(() => {
      cy.elements(".near, .chosen").removeClass("near chosen");
      chosen = node;
      if (!node) return;
      node.addClass("chosen");
      const edges = visible(node.connectedEdges());
      edges.addClass("near");
      edges.connectedNodes().not(node).addClass("near");
    });
    fill();
    if (!node) return;
    const at = node.renderedPosition(), margin = 60;
    if (at.x < margin || at.y < margin || at.x > cy.width() - margin || at.y > cy.height() - margin) cy.center(node);
    const count = visible(node.connectedEdges()).length;
    if (!isQuiet) say(`${NAMES[node.data("kind")]}: ${node.data("label")}. ${count} ${count === 1 ? "edge" : "edges"}.`);
  }

  function fill() {
    panel.replaceChildren();
    const add = (parent, name, text, more = {}) => {
      const made = Object.assign(document.createElement(name), more);
      if (text) made.textContent = text;
      parent.append(made);
      return made;
    };
    if (!chosen) {
      add(panel, "p", "Choose a node to see what hangs on it.", { className: "none" });
      return;
    }
    const node = chosen, here = (id) => `/graph?around=${encodeURIComponent(id)}`;
    add(panel, "p", NAMES[node.data("kind")], { className: "kicker" });
    add(panel, "h3", node.data("label"));
    const go = add(panel, "p", "", { className: "go" });
    if (node.data("address")) add(go, "a", "Open its page", { href: node.data("address") });
    if (location.protocol !== "file:") add(go, "a", "Only what is near it", { href: here(node.id()) });
    const groups = new Map();
    for (const edge of visible(node.connectedEdges())) {
      const isSource = edge.data("source") === node.id(), other = isSource ? edge.target() : edge.source();
      if (other.hasClass("off")) continue;
      const title = SAYS[edge.data("kind")][isSource ? 0 : 1];
      groups.set(title, [...(groups.get(title) ?? []), other]);
    }
    const order = [...new Set(Object.values(SAYS).flat())].sort((a, b) => b.startsWith("Contra") - a.startsWith("Contra") || b.startsWith("Support") - a.startsWith("Support"));
    for (const title of order.filter((t) => groups.has(t))) {
      const others = groups.get(title);
      add(panel, "h4", `${title} (${others.length})`);
      const list = add(panel, "ul");
      for (const other of others) {
        const link = add(add(list, "li"), "a", other.data("label"), { href: other.data("address") || here(other.id()) });
        link.addEventListener("click", (event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          choose(other);
          panel.focus();
        });
      }
    }
    panel.scrollTop = 0;
  }

  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function step(key, alongEdges) {
    const shown = visible(cy.nodes());
    if (!shown.length) return;
    if (!chosen || chosen.hasClass("off")) return choose(data.around ? cy.getElementById(data.around) : visible(cy.nodes('[kind = "record"]')).first().nonempty() ? visible(cy.nodes('[kind = "record"]')).first() : shown.first());
    const [wx, wy] = WAYS[key], from = chosen.position();
    const among = alongEdges ? visible(visible(chosen.connectedEdges()).connectedNodes().not(chosen)) : shown;
    let best = null, least = Infinity;
    for (const node of among) {
      if (node.same(chosen)) continue;
      const to = node.position(), dx = to.x - from.x, dy = to.y - from.y;
      const ahead = dx * wx + dy * wy, aside = Math.abs(dx * wy) + Math.abs(dy * wx);
      if (ahead <= 0 || (!alongEdges && aside > 2 * ahead)) continue;
      const cost = ahead + 2 * aside;
      if (cost < least) { least = cost; best = node; }
    }
    if (best) choose(best); else say(alongEdges ? "No edge leads that way." : "Nothing lies that way.");
  }

  const zoom = (factor) => cy.zoom({ level: cy.zoom() * factor, renderedPosition: chosen ? chosen.renderedPosition() : { x: cy.width() / 2, y: cy.height() / 2 } });
  const fit = () => cy.fit(cy.nodes().not(".off"), 30);
  field.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const does = {
      "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), "0": fit, Escape: () => { choose(null); say("Nothing is chosen."); },
      Enter: () => { if (chosen) panel.focus(); },
    }[event.key] ?? (event.key in WAYS ? () => step(event.key, event.shiftKey) : null);
    if (!does) return;
    event.preventDefault();
    does();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.preventDefault(); field.focus(); }
    if (event.key === "Enter" && event.target === panel && chosen?.data("address")) location.href = chosen.data("address");
  });
  one("in").addEventListener("click", () => zoom(1.3));
  one("out").addEventListener("click", () => zoom(1 / 1.3));
  one("fit").addEventListener("click", fit);
  cy.on("tap", (event) => { choose(event.target === cy ? null : event.target.isNode() ? event.target : chosen); field.focus({ preventScroll: true }); });

  function filter() {
    const wanted = (id) => new Set([...one(id).querySelectorAll("input:checked")].map((input) => input.value));
    const nodes = wanted("nodes"), edges = wanted("edges");
    cy.batch(() => {
      cy.nodes().forEach((n) => { n.toggleClass("off", !nodes.has(n.data("kind"))); });
      cy.edges().forEach((e) => { e.toggleClass("off", !edges.has(e.data("kind"))); });
    });
    choose(chosen && !chosen.hasClass("off") ? chosen : null, true);
    say(`${visible(cy.nodes()).length} nodes and ${visible(cy.edges()).filter((e) => e.visible()).length} edges are shown.`);
  }
  one("nodes").addEventListener("change", filter);
  one("edges").addEventListener("change", filter);

  const find = one("find"), list = Object.assign(document.createElement("datalist"), { id: "found" });
  find.after(list);
  const matches = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    return words.length ? visible(cy.nodes()).filter((n) => words.every((word) => n.data("label").toLowerCase().includes(word))) : cy.collection();
  };
  const show = (node) => { choose(node); cy.zoom(Math.max(cy.zoom(), 0.9)); cy.center(node); };
  find.addEventListener("input", () => {
    const found = matches();
    list.replaceChildren(...found.slice(0, 12).map((n) => Object.assign(document.createElement("option"), { value: n.data("label") })));
    const exact = found.filter((n) => n.data("label") === find.value);
    if (exact.length) show(exact.first());
  });
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const found = matches();
    if (!found.length) return say("No node has these words.");
    show(found.first());
    field.focus();
  });

  const redraw = () => cy.style().fromJson(style()).update();
  new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  if (data.around) choose(cy.getElementById(data.around), true);
  window.siteGraph = cy;
})();
