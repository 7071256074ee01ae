/** Words of sign-in. */
export const entrance = {
  signIn: 'Sign in',
  login: 'Name',
  password: 'Password',
  forgot: 'Forgot it? An administrator of your site can set a new one.',
  expired: 'You were signed out after a while without use. Sign in to go on where you were.',
  unreachable: 'The server cannot be reached',
  unreachableText: 'It may be restarting. This page tries again by itself.',
  promise: 'What Calmline knows about you is shown to you first, and to nobody else without your say.',
};
