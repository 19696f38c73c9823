import { app } from './app.ts';

export { Profile } from './profile/profile.ts';

export default { fetch: app.fetch };
