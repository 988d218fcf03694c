import type { FastifyInstance } from 'fastify'

/**
 * Where forms come, schemas describe and do not judge: the parameters are read by rules of our own, which know of repeated
 * names and say what is wrong in the words of the specifications.
 */
export function describeOnly(app: FastifyInstance): void {
  app.setValidatorCompiler(() => () => true)
}
