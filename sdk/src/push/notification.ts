/** Options of `showNotification`. */
export interface Shown {
  body: string | undefined;
  lang: string | undefined;
  dir: NotificationDirection | undefined;
  tag: string | undefined;
  icon: string | undefined;
  image: string | undefined;
  renotify: boolean;
  actions: { action: string; title: string }[];
  data: NotificationData;
}

/** What a notification keeps for its click. */
export interface NotificationData {
  /** Of the delivery; absent where the payload could not be read. */
  id: string | undefined;
  /** Anonymous id for whom it was. */
  visitor: string | undefined;
  /** Where a click leads: on the notification itself under the empty name, on its buttons under theirs. */
  urls: Record<string, string>;
}

/** The declarative form, which browsers that know it show by themselves: https://www.w3.org/TR/push-api/ */
interface Payload {
  notification?: {
    title?: string;
    navigate?: string;
    body?: string;
    lang?: string;
    dir?: NotificationDirection;
    tag?: string;
    icon?: string;
    image?: string;
    actions?: { action: string; title: string; navigate?: string }[];
    data?: { beckon?: number; id?: string; visitor?: string };
  };
}

/**
 * What to show for a push. Known fields only are passed on. One of ours that cannot be read is shown as news of the site, for
 * browsers take the permission from sites whose pushes show nothing.
 * @param site - what a payload without a title is called
 * @param isAlone - whether only our pushes come to this worker
 * @returns undefined for a push of somebody else
 */
export function notificationOf(
  text: string,
  site: string,
  isAlone: boolean,
): [title: string, options: Shown] | undefined {
  // What cannot be read names nobody: in a worker that the shop shares with another tool, only what has our beginning is ours.
  let payload: Payload | null = {
    notification: { body: 'News', data: { beckon: isAlone || /8030/.test(text) ? 1 : 0 } },
  };
  try {
    payload = JSON.parse(text) as Payload | null;
  } catch {
    // Shown as it is.
  }
  const {
    title,
    navigate = '',
    body,
    lang,
    dir,
    tag,
    icon,
    image,
    actions,
    data,
  } = payload?.notification ?? {};
  if (data?.beckon !== 1) return undefined;
  const buttons = Array.isArray(actions) ? actions : [];
  return [
    title || site,
    {
      body,
      lang,
      dir,
      tag,
      icon,
      image,
      // Refused without a tag.
      renotify: !!tag,
      actions: buttons.map(({ action, title }) => ({ action, title })),
      data: {
        id: data.id,
        visitor: data.visitor,
        urls: Object.fromEntries([
          ['', navigate],
          ...buttons.map(({ action, navigate: to }) => [action, to]),
        ]),
      },
    },
  ];
}
