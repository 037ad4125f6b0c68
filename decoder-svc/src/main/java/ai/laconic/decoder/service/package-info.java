/**
 * The gRPC service: one thread per call, written as plain blocking code. It prepares the prompt,
 * pulls its latents, hands both to the engine, and then writes what comes of it at the pace of the
 * client. The engine never waits for that: a queue of bounded length lies between, and while it is
 * full the engine leaves this generation out.
 */
@NullMarked
package ai.laconic.decoder.service;

import org.jspecify.annotations.NullMarked;
