import { describe, expect, it } from 'vitest';
import { gaussKruger } from '../src/geometry/kruger';

// Expected values: PROJ through pyproj, EPSG:4490 -> EPSG:4546 (CM 111E) and -> EPSG:4549 (CM 120E), always_xy.
const PROJ: [meridian: number, lon: number, lat: number, x: number, y: number][] = [
  [111, 111.84, 33.05, 578457.540810307, 3658606.957498223],
  [111, 109.5, 18.2, 341307.880686902, 2013767.152347917],
  [111, 112.6, 53.5, 606170.461372768, 5931457.645892848],
  [111, 111, 40.0, 500000.000000000, 4429529.030236589],
  [120, 120.84, 33.05, 578457.540810309, 3658606.957498223],
  [120, 118.5, 18.2, 341307.880686903, 2013767.152347917],
  [120, 121.6, 53.5, 606170.461372769, 5931457.645892848],
  [120, 120, 40.0, 500000.000000000, 4429529.030236589],
];

describe('Krüger series', () => {
  it.each(PROJ)('agrees with PROJ at meridian %d, %d, %d', (meridian, lon, lat, x, y) => {
    const series = gaussKruger(6378137, 1 / 298.257222101, meridian, 500000);
    const [east, north] = series.forward(lon, lat);
    expect(Math.hypot(east - x, north - y)).toBeLessThan(1e-6);
    const [backLon, backLat] = series.inverse(x, y);
    expect(Math.abs(backLon - lon)).toBeLessThan(1e-11);
    expect(Math.abs(backLat - lat)).toBeLessThan(1e-11);
  });
});
