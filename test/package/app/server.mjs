// Renders a page as a server does.
import { beckon } from 'beckon';
import { BeckonProvider, useBeckon } from 'beckon/react';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';

function Add() {
  return createElement('b', null, useBeckon() === beckon ? 'Add' : 'another client');
}
const options = { writeKey: 'demo', endpoint: 'https://c.example' };
console.log(renderToString(createElement(BeckonProvider, options, createElement(Add))));
