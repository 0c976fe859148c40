// What is written on the offline map: names along lines and in areas, the weightiest first, none over another, none
// upside down. They are painted on a sheet of their own above the layers; a name that has no room waits.
function cotrenchNames(map, drawn) {
  "use strict";
  const FONT = '"Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", system-ui, sans-serif';
  const APART = 3, STRAIGHT = 0.97, TRIES = [0.5, 0.32, 0.68, 0.18, 0.82], BESIDE = 9;
  const pane = map.createPane("names");
  pane.style.zIndex = 450;
  pane.style.pointerEvents = "none";
  const sheet = L.DomUtil.create("canvas", "leaflet-zoom-hide", pane);
  const pen = sheet.getContext("2d");
  const names = drawn.flatMap(({ layer, names }) => names.map(([text, at, room, coarsest, weight, colour, size, beside]) => ({ layer, text, at, bounds: L.latLngBounds(at), room, coarsest, weight, colour, size, beside })));
  names.sort((a, b) => b.weight - a.weight || b.bounds.getNorth() - a.bounds.getNorth());

  // A box turned around its middle: two of them are apart where a side of either parts them.
  const boxOf = (x, y, angle, wide, tall) => ({ x, y, wide: wide / 2 + APART, tall: tall / 2 + APART, cos: Math.cos(angle), sin: Math.sin(angle) });
  const reach = (box, x, y) => Math.abs(box.wide * (box.cos * x + box.sin * y)) + Math.abs(box.tall * (box.cos * y - box.sin * x));
  const apart = (a, b) => [[a.cos, a.sin], [-a.sin, a.cos], [b.cos, b.sin], [-b.sin, b.cos]].some(([x, y]) => Math.abs((a.x - b.x) * x + (a.y - b.y) * y) > reach(a, x, y) + reach(b, x, y));

  // Where a text of some width lies along the part of a line that is seen: middle and angle of straight enough places.
  const along = (points, wide, size) => {
    const far = [0];
    for (let k = 1; k < points.length; k += 1) far.push(far[k - 1] + points[k].distanceTo(points[k - 1]));
    const at = (length) => {
      let k = 1;
      while (k < far.length - 1 && far[k] < length) k += 1;
      const share = (length - far[k - 1]) / (far[k] - far[k - 1] || 1);
      return L.point(points[k - 1].x + (points[k].x - points[k - 1].x) * share, points[k - 1].y + (points[k].y - points[k - 1].y) * share);
    };
    const seen = (p) => p.x > -wide && p.y > -wide && p.x < size.x + wide && p.y < size.y + wide;
    const steps = Math.min(200, Math.ceil(far[far.length - 1] / Math.max(wide, 40)));
    const inView = [];
    for (let k = 0; k <= steps; k += 1) if (seen(at((far[far.length - 1] * k) / (steps || 1)))) inView.push(k / (steps || 1));
    if (!inView.length || far[far.length - 1] < wide) return [];
    const [from, to] = [inView[0] * far[far.length - 1], inView[inView.length - 1] * far[far.length - 1]];
    return TRIES.flatMap((share) => {
      const middle = Math.min(Math.max(from + (to - from) * share, wide / 2), far[far.length - 1] - wide / 2);
      const [a, b] = [at(middle - wide / 2), at(middle + wide / 2)];
      if (a.distanceTo(b) < STRAIGHT * wide) return [];
      const turned = Math.atan2(b.y - a.y, b.x - a.x);
      const angle = turned >= Math.PI / 2 - 1e-6 ? turned - Math.PI : turned < -Math.PI / 2 - 1e-6 ? turned + Math.PI : turned;
      return [{ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, angle }];
    });
  };

  const placesOf = (name, wide, metres, size) => {
    const points = name.at.map((place) => map.latLngToContainerPoint(place));
    if (points.length > 1) {
      return along(points, wide, size).map(({ x, y, angle }) => (name.beside ? { x: x + Math.sin(angle) * BESIDE, y: y - Math.cos(angle) * BESIDE, angle } : { x, y, angle }));
    }
    return name.room && name.room / metres < wide ? [] : [{ x: points[0].x, y: points[0].y, angle: 0 }];
  };

  // Paint what has room beside what stands already (boxes of the window); returns how many names stand.
  return (standing, metres) => {
    const size = map.getSize(), window_ = map.getBounds().pad(0.05), dots = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(sheet, map.containerPointToLayerPoint([0, 0]));
    sheet.width = size.x * dots;
    sheet.height = size.y * dots;
    sheet.style.width = size.x + "px";
    sheet.style.height = size.y + "px";
    pen.scale(dots, dots);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 3;
    const taken = standing.map((box) => boxOf((box.left + box.right) / 2, (box.top + box.bottom) / 2, 0, box.width, box.height));
    let stand = 0;
    for (const name of names) {
      if (metres > name.coarsest || !map.hasLayer(name.layer) || !window_.intersects(name.bounds)) continue;
      pen.font = `${name.weight >= 5 ? 600 : 400} ${name.size}px ${FONT}`;
      const wide = pen.measureText(name.text).width;
      for (const { x, y, angle } of placesOf(name, wide, metres, size)) {
        const box = boxOf(x, y, angle, wide, name.size);
        if (!taken.every((other) => apart(box, other))) continue;
        taken.push(box);
        stand += 1;
        pen.save();
        pen.translate(x, y);
        pen.rotate(angle);
        pen.strokeStyle = "#fffffff0";
        pen.strokeText(name.text, 0, 0);
        pen.fillStyle = name.colour;
        pen.fillText(name.text, 0, 0);
        pen.restore();
        break;
      }
    }
    sheet.dataset.names = String(stand);
  };
}
