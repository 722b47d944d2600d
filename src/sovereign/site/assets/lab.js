// Takes over the plot that the server drew: ratio or absolute, logarithmic or linear, methods shown or not, and the value of
// each mark told on hover, touch and by arrow keys. Without it the plot and the table say the same.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const SCALES = [[1e8, "100M"], [1e9, "1B"], [1e10, "10B"], [1e11, "100B"]];
  const view = { y: "ratio", axis: "log", roof: false, hidden: new Set() };
  let panel, at = null, places = [], width = 0;

  const one = (id) => document.getElementById(id);
  const make = (name, attributes, parent, text) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  };
  const shownLines = () => panel.lines.filter((line) => !view.hidden.has(line.method));

  function ticksOf(low, high, isLog) {
    if (!isLog) {
      const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
      return Array.from({ length: Math.floor(high / step) - Math.ceil(low / step) + 1 }, (_, i) => (Math.ceil(low / step) + i) * step);
    }
    const steps = high / low < 30 ? [1, 1.5, 2, 3, 5, 7] : high / low < 3000 ? [1, 2, 5] : [1];
    const found = [];
    for (let p = Math.floor(Math.log10(low)) - 1; p <= Math.ceil(Math.log10(high)); p++)
      for (const step of steps) { const value = step * 10 ** p; if (value >= low && value <= high) found.push(value); }
    return found;
  }

  const told = (value) => {
    const short = Number(value.toPrecision(3));
    return short >= 1000 ? short.toLocaleString("en") : String(short);
  };

  function scale(low, high, start, end, isLog) {
    return isLog
      ? (v) => start + (Math.log(v / low) / Math.log(high / low)) * (end - start)
      : (v) => start + ((v - low) / (high - low)) * (end - start);
  }

  function draw() {
    const svg = one("plot");
    width = Math.max(300, Math.min(980, one("canvas").clientWidth));
    const isSmall = width < 560;
    const height = isSmall ? 380 : 440, left = isSmall ? 52 : 70, right = 16, top = 14, floor = height - 54;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("aria-hidden", "true");  // the live line below says what is chosen
    svg.replaceChildren();
    const isLog = view.axis === "log";
    const every = panel.lines.flatMap((line) => line.points);
    const visible = shownLines().flatMap((line) => line.points);
    const use = visible.length ? visible : every;
    const values = use.flatMap((p) => view.y === "value" ? [p.value, p.low ?? p.value, p.high ?? p.value, ...(view.roof && p.predicted ? [p.predicted] : [])] : [p.ratio]);
    const most = Math.max(...values), least = Math.min(...values);
    const low = isLog ? least * 0.92 : 0, high = isLog ? Math.max(most * 1.09, least * 1.3) : most * 1.06;
    const xs = every.map((p) => p.x);
    const x = scale(Math.min(1e8, ...xs) * 0.75, Math.max(1e11, ...xs) * 1.4, left, width - right, true);
    const y = scale(low, high, floor, top, isLog);

    const frame = make("g", { class: "frame" }, svg);
    for (const value of ticksOf(low, high, isLog)) {
      make("path", { class: "grid", d: `M${left} ${y(value)}H${width - right}` }, frame);
      make("text", { class: "tick", x: left - 8, y: y(value) + 4, "text-anchor": "end" }, frame, told(value));
    }
    for (const [value, name] of SCALES) {
      make("path", { class: "grid", d: `M${x(value)} ${top}V${floor}` }, frame);
      make("text", { class: "tick", x: x(value), y: floor + 20, "text-anchor": "middle" }, frame, name);
    }
    make("path", { class: "axis", d: `M${left} ${top}V${floor}H${width - right}` }, frame);
    make("text", { class: "name", x: (left + width - right) / 2, y: height - 10, "text-anchor": "middle" }, frame, "Parameters of the model");
    const name = view.y === "ratio" ? `${panel.quantity}, relative to full fine-tuning` : `${panel.quantity}, ${panel.unit}`;
    make("text", { class: "name", x: 14, y: (top + floor) / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${(top + floor) / 2})` }, frame, name);

    places = [];
    const of = (p) => view.y === "ratio" ? p.ratio : p.value;
    for (const line of [...shownLines()].reverse()) {
      const group = make("g", { class: `series m-${line.method}` }, svg);
      const main = line.points.filter((p) => p.main);
      if (main.length > 1) make("path", { class: "join", d: "M" + main.map((p) => `${x(p.x)} ${y(of(p))}`).join("L"), "stroke-dasharray": line.dash || "none" }, group);
      if (view.roof && view.y === "value") {
        const roof = main.filter((p) => p.predicted);
        if (roof.length > 1) make("path", { class: "predicted", d: "M" + roof.map((p) => `${x(p.x)} ${y(p.predicted)}`).join("L") }, group);
      }
      for (const point of line.points) {
        const px = x(point.x), py = y(of(point));
        if (view.y === "value" && point.low !== null) make("path", { class: "interval", d: `M${px} ${y(Math.max(point.low, low || point.low))}V${y(point.high)}` }, group);
        const mark = make("g", { class: `point how-${point.how}`, transform: `translate(${px} ${py})` }, group);
        make("path", { class: "mark", d: line.marker }, mark);
        if (point.how === "tiled") make("path", { class: "bar", d: "M-8 0H8" }, mark);
        places.push({ line, point, px, py });
      }
    }
    make("circle", { class: "ring", id: "ring", r: 10, visibility: "hidden" }, svg);
    if (at) {
      const same = places.find((p) => p.point === at.point);
      at = null;
      if (same) choose(same);
    }
  }

  function choose(place) {
    at = place;
    const ring = one("ring");
    ring.setAttribute("visibility", place ? "visible" : "hidden");
    if (place) { ring.setAttribute("cx", place.px); ring.setAttribute("cy", place.py); }
    const more = place && view.roof && place.point.predicted ? `; a roofline predicts ${told(place.point.predicted)} ${panel.unit}` : "";
    one("readout").textContent = place ? place.point.said + more : "";
  }

  function nearest(event) {
    const box = one("plot").getBoundingClientRect();
    const factor = width / box.width;
    const mx = (event.clientX - box.left) * factor, my = (event.clientY - box.top) * factor;
    let best = null, least = 40 ** 2;
    for (const place of places) {
      const distance = (place.px - mx) ** 2 + (place.py - my) ** 2;
      if (distance < least) { least = distance; best = place; }
    }
    if (best && best.point !== at?.point) choose(best);
  }

  function onKey(event) {
    if (!event.key.startsWith("Arrow") && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Escape") return choose(null);
    if (!at) return choose(places.find((p) => p.line === shownLines()[0]) ?? null);
    const isAcross = event.key === "ArrowLeft" || event.key === "ArrowRight";
    const forward = event.key === "ArrowRight" || event.key === "ArrowUp";
    const among = isAcross
      ? places.filter((p) => p.line === at.line).sort((a, b) => a.px - b.px)
      : places.filter((p) => p.point.x === at.point.x).sort((a, b) => b.py - a.py);
    const next = among[among.findIndex((p) => p.point === at.point) + (forward ? 1 : -1)];
    if (next) choose(next);
  }

  function legend() {
    for (const item of one("legend").children) {
      const method = item.dataset.method;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...item.childNodes);
      button.setAttribute("aria-pressed", String(!view.hidden.has(method)));
      button.addEventListener("click", () => {
        if (!view.hidden.delete(method)) view.hidden.add(method);
        button.setAttribute("aria-pressed", String(!view.hidden.has(method)));
        draw();
      });
      item.append(button);
    }
  }

  function controls() {
    const box = one("controls");
    box.hidden = false;
    const roof = box.querySelector("[name=roof]");
    const sync = () => { if (roof) roof.disabled = view.y !== "value"; };
    for (const input of box.querySelectorAll("input[type=radio]")) {
      const name = input.name === "view" ? "y" : "axis";
      input.checked = view[name] === input.value;
      input.addEventListener("change", () => { view[name] = input.value; sync(); draw(); });
    }
    if (roof) {
      roof.checked = view.roof;
      roof.addEventListener("change", () => { view.roof = roof.checked; draw(); });
    }
    sync();
  }

  function sortable(table) {
    const body = table.tBodies[0], asGiven = [...body.rows];
    table.tHead.querySelectorAll("th").forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const next = { ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")] ?? "ascending";
        table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
        if (next === "none") return body.append(...asGiven);
        head.setAttribute("aria-sort", next);
        const key = (row) => row.cells[column].dataset.value ?? (column ? null : row.cells[0].textContent);
        const sign = next === "ascending" ? 1 : -1;
        body.append(...[...asGiven].sort((a, b) => {
          const [p, q] = [key(a), key(b)];
          if (p === null || q === null) return (p === null) - (q === null);  // what is missing stays last
          return sign * (column ? p - q : p.localeCompare(q));
        }));
      });
    });
  }

  function begin() {
    const data = one("lab-data");
    if (!data) return;
    panel = JSON.parse(data.textContent);
    at = null;
    one("overhead").classList.add("scripted");
    legend();
    controls();
    sortable(one("figures"));
    draw();
    const canvas = one("canvas");
    canvas.addEventListener("pointermove", nearest);
    canvas.addEventListener("pointerdown", nearest);
    canvas.addEventListener("keydown", onKey);
    for (const link of document.querySelectorAll(".settings a")) link.addEventListener("click", go);
  }

  // Another setting without another page, so that what is chosen stays; where that cannot be had, the link is followed.
  async function go(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const address = event.currentTarget.href;
    try {
      await show(address);
      history.pushState(null, "", address);
    } catch { location.href = address; }
  }

  async function show(address) {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["overhead", "lab-data"]) one(id).replaceWith(document.adoptNode(next.getElementById(id)));
    document.title = next.title;
    begin();
    document.querySelector(".settings a[aria-current]")?.focus({ preventScroll: true });
  }

  begin();
  let waiting = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => { if (panel) draw(); });
  });
  addEventListener("popstate", () => show(location.href).catch(() => location.reload()));
})();
