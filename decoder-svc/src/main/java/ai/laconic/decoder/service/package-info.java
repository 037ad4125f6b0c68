/**
 * The gRPC service: one thread per call, written as plain blocking code. It waits for a slot,
 * prepares the prompt, pulls its latents, hands both to the engine, and then writes what comes of
 * it at the pace of the client.
 *
 * <p>Two doors bound what runs, and tenants take turns at both. Calls wait for a thread without
 * one; they hold it until their client has read the answer. Slots of the engine are waited for in
 * that thread, and are free as soon as the engine is done: a queue between engine and call takes
 * the whole answer, so a client that reads slowly, or not at all, holds up nobody else.
 */
@NullMarked
package ai.laconic.decoder.service;

import org.jspecify.annotations.NullMarked;
