/** The plugin and the chart library as one file, for a script tag. */
export * from 'lightweight-charts';
export * from './index.js';
