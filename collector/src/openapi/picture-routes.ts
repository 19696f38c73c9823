import { z } from 'zod';
import { pictureSettings, picturesQuery, pictureUploadQuery } from '../admin/pictures.ts';
import type { Picture } from '../pictures/library.ts';
import { MAX_SIDE, PICTURE_TYPES } from '../pictures/read-picture.ts';
import { problem } from './campaign-answers.ts';
import { type Described, listOf, type Operation, SITE } from './operation.ts';
import { success } from './wire.ts';

const side = z.number().int().min(1).max(MAX_SIDE);

const picture = z
  .strictObject({
    id: z.string(),
    src: z.string().meta({ description: 'Its address at the collector; what an image block names.' }),
    type: z.enum(PICTURE_TYPES),
    width: side,
    height: side,
    bytes: z.number().int(),
    alt: z.string().nullable().meta({ description: 'null: not said yet; empty: it only adorns.' }),
    name: z.string().nullable(),
    createdAt: z.string(),
    problems: z.array(problem),
  })
  .meta({ id: 'Picture' }) satisfies z.ZodType<Picture>;

const ALL = `${SITE}/pictures`;
const ONE = `${ALL}/:id`;

export const PICTURES: Described[] = [
  {
    method: 'get',
    path: ALL,
    id: 'listPictures',
    summary: 'The pictures of the library, newest first',
    query: picturesQuery,
    answer: listOf(picture),
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: ALL,
    id: 'addPicture',
    summary: 'Upload a picture of at most 2 MB and 8,192 pixels a side; the content says what it is',
    query: pictureUploadQuery,
    bodyFiles: [...PICTURE_TYPES, 'application/octet-stream'],
    status: 201,
    answer: picture,
    others: { 200: { description: 'It was there already', schema: picture } },
    errors: ['not_found', 'too_large', 'invalid'],
  },
  {
    method: 'put',
    path: ONE,
    id: 'putPicture',
    summary: 'Say what a picture shows, and name it',
    body: pictureSettings,
    answer: picture,
    errors: ['not_found'],
  },
  {
    method: 'delete',
    path: ONE,
    id: 'deletePicture',
    summary: 'Delete a picture that no live or paused campaign shows; caches forget it within the hour',
    answer: success,
    errors: ['not_found', 'conflict'],
  },
];

/** What pages load. */
export const SERVED_PICTURE: Operation = {
  method: 'get',
  path: '/v1/pictures/:site/:file',
  id: 'getPicture',
  tag: 'Popups',
  summary: 'A picture of the library; what an address shows never changes',
  access: 'anybody',
  answer: { mediaType: 'image/*' },
  others: { 304: { description: 'It is the one that If-None-Match names' } },
  errors: ['not_found', 'unavailable'],
};
