/** What tests use of it; it brings no types of its own. */
declare module 'http_ece' {
  interface Options {
    version: 'aes128gcm';
    privateKey: import('node:crypto').ECDH;
    authSecret: Buffer;
  }
  const ece: { decrypt(body: Buffer, options: Options): Buffer };
  export default ece;
}
