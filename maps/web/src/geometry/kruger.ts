/**
 * Gauss–Krüger by Krüger's series in the third flattening n, to n⁴ (error below a micrometre inside a zone).
 * Scale 1 on the central meridian, origin of northings on the equator: every CGCS2000 zone of EPSG 4491–4554.
 * Formula: Karney, "Transverse Mercator with an accuracy of a few nanometers" (2011), eqs. 7–11, 29, 35, 36.
 */

export interface GaussKruger {
  readonly forward: (lon: number, lat: number) => [number, number];
  readonly inverse: (x: number, y: number) => [number, number];
}

const DEGREE = Math.PI / 180;

function sines(coefficients: readonly number[], xi: number, eta: number): [number, number] {
  let [north, east] = [0, 0];
  coefficients.forEach((c, index) => {
    const k = 2 * (index + 1);
    north += c * Math.sin(k * xi) * Math.cosh(k * eta);
    east += c * Math.cos(k * xi) * Math.sinh(k * eta);
  });
  return [north, east];
}

/** @param a semi-major axis in metres  @param f flattening  @param meridian degrees east  @param falseEasting metres */
export function gaussKruger(a: number, f: number, meridian: number, falseEasting: number): GaussKruger {
  const n = f / (2 - f);
  const [n2, n3, n4] = [n * n, n ** 3, n ** 4];
  const e = Math.sqrt(f * (2 - f));
  const radius = (a / (1 + n)) * (1 + n2 / 4 + n4 / 64);
  const alpha = [
    n / 2 - (2 / 3) * n2 + (5 / 16) * n3 + (41 / 180) * n4,
    (13 / 48) * n2 - (3 / 5) * n3 + (557 / 1440) * n4,
    (61 / 240) * n3 - (103 / 140) * n4,
    (49561 / 161280) * n4,
  ];
  const beta = [
    n / 2 - (2 / 3) * n2 + (37 / 96) * n3 - (1 / 360) * n4,
    (1 / 48) * n2 + (1 / 15) * n3 - (437 / 1440) * n4,
    (17 / 480) * n3 - (37 / 840) * n4,
    (4397 / 161280) * n4,
  ];
  const conformal = (tau: number): number => {
    const sigma = Math.sinh(e * Math.atanh((e * tau) / Math.hypot(1, tau)));
    return tau * Math.hypot(1, sigma) - sigma * Math.hypot(1, tau);
  };

  function forward(lon: number, lat: number): [number, number] {
    const lambda = (lon - meridian) * DEGREE;
    const taup = conformal(Math.tan(lat * DEGREE));
    const xi = Math.atan2(taup, Math.cos(lambda));
    const eta = Math.asinh(Math.sin(lambda) / Math.hypot(taup, Math.cos(lambda)));
    const [north, east] = sines(alpha, xi, eta);
    return [falseEasting + radius * (eta + east), radius * (xi + north)];
  }

  function inverse(x: number, y: number): [number, number] {
    const [xi, eta] = [y / radius, (x - falseEasting) / radius];
    const [north, east] = sines(beta, xi, eta);
    const [xip, etap] = [xi - north, eta - east];
    const taup = Math.sin(xip) / Math.hypot(Math.sinh(etap), Math.cos(xip));
    let tau = taup;
    // Newton's method; three rounds reach the last bit for any latitude.
    for (let round = 0; round < 4; round += 1) {
      const guess = conformal(tau);
      tau +=
        ((taup - guess) / Math.hypot(1, guess)) *
        ((1 + (1 - e * e) * tau * tau) / ((1 - e * e) * Math.hypot(1, tau)));
    }
    return [meridian + Math.atan2(Math.sinh(etap), Math.cos(xip)) / DEGREE, Math.atan(tau) / DEGREE];
  }

  return { forward, inverse };
}
