export default [
  {
    slug: 'first-light',
    title: 'First light',
    line: 'Five o’clock, and the lake is still deciding.',
    text: 'The kettle is on before the sun is. Two mugs, because somebody always wakes up from the smell. Nobody talks until the second pour.',
    alt: 'A kettle and a steaming mug by a lake at sunrise, mountains behind.',
    items: ['ember-kettle', 'dawn-mug', 'cairn-pour-over'],
  },
  {
    slug: 'rain-day',
    title: 'Rain day',
    line: 'Forecast: reading, then more reading.',
    text: 'The tarp holds, so the day is yours. A flask that was filled at seven, wool around the shoulders, and a notebook that takes pencil in the wet.',
    alt: 'An ochre tarp in the rain; under it a blanket, a flask and a notebook.',
    items: ['heather-blanket', 'frost-flask', 'lark-notebook'],
  },
  {
    slug: 'late-fire',
    title: 'Late fire',
    line: 'The last log always takes the longest.',
    text: 'Somebody said “one more” an hour ago. The lantern is down to a candle, the stool is close to the embers, and the tea tastes of pine.',
    alt: 'A campfire at night between a glowing lantern and a folding stool.',
    items: ['firefly-lantern', 'perch-stool', 'smoke-pine-tea'],
  },
];
