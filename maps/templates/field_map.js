// The offline survey map: facts on a click, a list of routes to find, labels that keep out of the way. All text is set
// as text, never as HTML, so that a hostile name stays a name.
function cotrenchFieldMap(map, words, routes, findings, labels, drawn) {
  "use strict";
  const make = (tag, text, parent, name) => {
    const element = document.createElement(tag);
    if (text !== undefined && text !== null) element.textContent = text;
    if (name) element.className = name;
    if (parent) parent.append(element);
    return element;
  };
  const facts = (feature) => {
    const table = make("table", null, null, "facts");
    make("caption", feature.properties.layer, table);
    for (const [label, value] of feature.properties.rows) {
      const row = make("tr", null, table);
      make("th", label, row).scope = "row";
      make("td", value, row);
    }
    return table;
  };
  for (const { layer } of drawn) {
    layer.bindPopup((clicked) => facts(clicked.feature), { maxWidth: 340 });
    // Nobody asks about a casing or a halo.
    layer.eachLayer((each) => { if (each.feature.properties.under) each.options.interactive = false; });
  }
  const writeNames = cotrenchNames(map, drawn);

  // The number of a finding stands where it is, in its layer, so that both are switched together; a click on either
  // tells its facts.
  const marks = new Map();
  for (const { layer } of drawn) {
    layer.eachLayer((each) => {
      const { number, at, ink } = each.feature.properties;
      if (number === undefined) return;
      const text = make("span", String(number), null, "mark");
      text.style.background = each.options.fillColor;
      text.style.color = ink;
      const icon = L.divIcon({ html: text, className: "", iconSize: [0, 0] });
      const mark = L.marker(at, { icon, keyboard: false });
      mark.feature = each.feature;
      marks.set(number, { layer, mark });
    });
  }
  for (const { layer, mark } of marks.values()) layer.addLayer(mark);
  const showFinding = ({ number }) => {
    const { layer, mark } = marks.get(number);
    if (!map.hasLayer(layer)) map.addLayer(layer);
    map.setView(mark.getLatLng(), Math.max(map.getZoom(), 19), { animate: false });
    map.closePopup();
    mark.fire("click", { latlng: mark.getLatLng() }, true);
  };

  const listed = (box, name, hint, entries, open, show) => {
    const fold = make("details", null, box);
    fold.open = open;
    make("summary", name, fold);
    const find = make("input", null, fold);
    find.type = "search";
    find.placeholder = find.ariaLabel = hint;
    const list = make("ul", null, fold);
    const items = entries.map((entry) => {
      const item = make("li", null, list);
      const button = make("button", null, item);
      button.type = "button";
      if (entry.verdict) make("span", entry.verdict, button, "verdict").style.color = entry.colour;
      if (entry.number) {
        const badge = make("span", String(entry.number), button, "badge");
        badge.style.background = entry.fill;
        badge.style.color = entry.ink;
      }
      make("div", entry.name, button);
      make("div", entry.figures, button, "figures");
      button.addEventListener("click", () => show(entry));
      return [item, [entry.number, entry.name, entry.figures, entry.verdict].join(" ").toLowerCase()];
    });
    find.addEventListener("input", () => {
      const wanted = find.value.trim().toLowerCase();
      for (const [item, text] of items) item.hidden = !text.includes(wanted);
    });
  };

  const sheet = L.control({ position: "topleft" });
  sheet.onAdd = () => {
    const box = make("section", null, null, "sheet");
    L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
    make("h1", words.title, box);
    for (const line of words.lines) make("p", line, box);
    if (routes.length) listed(box, words.routes, words.find, routes, window.innerWidth > 640, (route) => map.fitBounds(route.bounds, { maxZoom: 19, padding: [40, 40] }));
    if (findings.length) listed(box, words.findings + " " + findings.length, words.findFinding, findings, false, showFinding);
    return box;
  };
  sheet.addTo(map);

  const legend = map.getContainer().querySelector(".leaflet-control-layers");
  const fold = make("button", words.layers, null, "fold");
  fold.type = "button";
  const folded = (yes) => {
    legend.classList.toggle("folded", yes);
    fold.setAttribute("aria-expanded", String(!yes));
  };
  fold.addEventListener("click", () => folded(!legend.classList.contains("folded")));
  legend.prepend(fold);
  folded(window.innerWidth <= 640);

  const north = L.control({ position: "bottomright" });
  north.onAdd = () => {
    const box = make("div", null, null, "north");
    box.innerHTML = '<svg width="20" height="30" viewBox="0 0 20 30" aria-hidden="true"><path d="M10 0 18 28 10 22z" fill="#1f2933"/><path d="M10 0 2 28 10 22z" fill="#fff" stroke="#1f2933"/></svg>';
    make("div", words.north, box);
    return box;
  };
  north.addTo(map);
  L.control.scale({ imperial: false, maxWidth: 160, position: "bottomleft" }).addTo(map);
  L.control.zoom({ position: "bottomright", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.attributionControl.setPrefix(false);

  for (const label of labels) {
    const text = make("span", label.text, null, "measure " + label.kind);
    L.marker(label.at, { icon: L.divIcon({ html: text, className: "", iconSize: [0, 0] }), interactive: false, keyboard: false }).addTo(window[words.labelLayer]);
  }
  const metresAPixel = () => (40075016.686 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / (256 * 2 ** map.getZoom());

  // Slanting lines that repeat without a seam, as houses have them on paper.
  const hatch = (() => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = "#f1ebe0";
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = "#cdbfa8";
    for (const shift of [-8, 0, 8]) { pen.moveTo(shift - 1, 9); pen.lineTo(shift + 9, -1); }
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  })();

  // Each layer is drawn only where its symbol says it can be read; houses are hatched from near; from afar pipes are no
  // weave of dashes, and no halo of a planned line lies on its neighbour.
  const HIDDEN = { stroke: false, fill: false };
  const LOOKS = { buildings: { near: { fillColor: hatch, color: "#8d8070", weight: 1 } }, pipes: { far: { weight: 0.7, dashArray: null } }, routes: { far: (feature) => (feature.properties.under ? HIDDEN : {}) } };
  const near = () => {
    const metres = metresAPixel();
    map.getContainer().classList.toggle("far", metres > 0.8);
    for (const entry of drawn) {
      const state = entry.coarsest !== null && metres > entry.coarsest ? "hidden" : metres < 0.45 ? "near" : metres > 0.9 ? "far" : "usual";
      const look = state === "hidden" ? HIDDEN : (LOOKS[entry.key] || {})[state] || null;
      if (look === (entry.look || null)) continue;
      entry.look = look;
      entry.layer.eachLayer((each) => {
        entry.layer.resetStyle(each);
        if (look) each.setStyle(typeof look === "function" ? look(each.feature) : look);
      });
    }
  };
  // A label that would cover one already standing waits until the map is nearer.
  const declutter = () => {
    const standing = [];
    // Numbers stand before measured labels: stops before their items (4-1), findings with the gravest first.
    const pane = map.getPane("markerPane");
    const parts = (element) => element.textContent.split("-").map(Number);
    const before = (a, b) => a.length - b.length || a[0] - b[0] || a[1] - b[1] || 0;
    const numbers = [...pane.querySelectorAll(".mark")].sort((a, b) => before(parts(a), parts(b)));
    for (const element of [...numbers, ...pane.querySelectorAll(".measure")]) {
      element.style.visibility = "";
      const box = element.getBoundingClientRect();
      const covered = standing.some((b) => box.left < b.right && b.left < box.right && box.top < b.bottom && b.top < box.bottom);
      if (covered) element.style.visibility = "hidden";
      else if (box.width) standing.push(box);
    }
    writeNames(standing, metresAPixel());
  };
  map.on("zoomend moveend layeradd layerremove", () => requestAnimationFrame(declutter));
  const wide = window.innerWidth > 900;
  map.fitBounds(words.bounds, { maxZoom: 19, paddingTopLeft: wide ? [370, 20] : [20, 20], paddingBottomRight: wide ? [190, 20] : [20, 20], animate: false });
  map.on("zoomend", near);
  near();
}
