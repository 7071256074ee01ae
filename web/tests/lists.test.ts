import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';

import Meter from '../src/lib/ui/Meter.svelte';
import Table, { type Column } from '../src/lib/ui/Table.svelte';

interface Row {
  name: string;
  calls: number;
}

const rows: Row[] = Array.from({ length: 5000 }, (_, index) => ({
  name: `row ${index}`,
  calls: (index * 7919) % 5000,
}));
const columns: Column<Row>[] = [
  { id: 'name', title: 'Name', text: (row) => row.name, by: (row) => row.name },
  { id: 'calls', title: 'Calls', text: (row) => String(row.calls), by: (row) => row.calls, end: true },
];
const names = () =>
  screen
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.textContent?.trim() ?? '');

test('of a long table only the rows in sight exist, and sorting is by number or by name', async () => {
  const shown = {
    columns: columns as Column<unknown>[],
    rows,
    key: (row: unknown) => (row as Row).name,
    label: 'Rows',
  };
  render(Table, shown);
  expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('5001');
  expect(names().length).toBeLessThan(60);
  expect(names()[0]).toContain('row 0');
  const heading = screen.getByRole('button', { name: /Calls/ });
  await fireEvent.click(heading);
  expect(names()[0]).toBe('row 00');
  expect(screen.getByRole('columnheader', { name: /Calls/ }).getAttribute('aria-sort')).toBe('ascending');
  await fireEvent.click(heading);
  expect(names()[0]).toContain('4999');
  await fireEvent.click(screen.getByRole('button', { name: 'Name' }));
  expect(names()[2]).toContain('row 2');
});

test('a meter says its word to those who hear it', () => {
  render(Meter, { label: 'Load', word: 'high', band: 'high', value: 0.62 });
  const meter = screen.getByRole('meter', { name: 'Load' });
  expect(meter.getAttribute('aria-valuetext')).toBe('high');
});
