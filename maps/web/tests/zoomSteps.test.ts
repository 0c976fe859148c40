import View from 'ol/View';
import { expect, it } from 'vitest';
import { ZoomSteps } from '../src/map/zoomSteps';

it('adds up presses that come before the step is there, and goes no further than the view does', () => {
  const view = new View({ center: [0, 0], zoom: 10, minZoom: 4, maxZoom: 20, constrainResolution: false });
  const aims: number[] = [];
  view.animate = ((...told: [{ zoom: number }]) => aims.push(told[0].zoom)) as unknown as View['animate'];
  const steps = new ZoomSteps();
  for (let press = 0; press < 8; press++) steps.by(view, -1);
  expect(aims).toEqual([9, 8, 7, 6, 5, 4, 4, 4]);
});

it('begins where the view is once the step is there', () => {
  const view = new View({ center: [0, 0], zoom: 10 });
  const aims: number[] = [];
  view.animate = ((told: { zoom: number }, ended: (whole: boolean) => void) => {
    aims.push(told.zoom);
    ended(true);
  }) as unknown as View['animate'];
  const steps = new ZoomSteps();
  steps.by(view, 1);
  view.setZoom(15);
  steps.by(view, 1);
  expect(aims).toEqual([11, 16]);
});
