package ai.laconic.servicekit.error;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the statuses that Laconic's services answer with. Each carries a sentence that names the
 * value and what was expected, an {@link ErrorInfo} with the same in fields, and a {@link
 * RetryInfo} exactly when trying again may help.
 *
 * <p>Error model: <a href="https://google.aip.dev/193">AIP-193</a>.
 */
public final class Problems {
  /** Domain of every {@link ErrorInfo} made here. */
  public static final String DOMAIN = "laconic";

  private static final Metadata.Key<byte[]> STATUS_DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /**
   * Tells gRPC's own retry when to try again, whatever the status; a negative number: not at all.
   * Who is busy has let the call wait already, so only UNAVAILABLE is tried again.
   */
  private static final Metadata.Key<String> RETRY_PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private static final long NO_RETRY = -1;
  private static final int SHOWN_CHARACTERS = 120;

  private Problems() {}

  /** A value that can never be right: INVALID_ARGUMENT. */
  public static StatusRuntimeException invalid(String field, Object value, String expected) {
    BadRequest violation =
        BadRequest.newBuilder()
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder()
                    .setField(field)
                    .setDescription(shown(value) + " (expected: " + expected + ")"))
            .build();
    return expectation(Code.INVALID_ARGUMENT, "INVALID", field, value, expected, violation);
  }

  /** A value that lies outside what exists or fits: OUT_OF_RANGE. */
  public static StatusRuntimeException outOfRange(String field, Object value, String expected) {
    return expectation(Code.OUT_OF_RANGE, "OUT_OF_RANGE", field, value, expected, null);
  }

  /** Something that is not there, or not the caller's to see: NOT_FOUND. */
  public static StatusRuntimeException notFound(String kind, Object id) {
    return notFound(kind, id, "an ID that exists");
  }

  /** Something that is not there: NOT_FOUND. */
  public static StatusRuntimeException notFound(String what, Object value, String expected) {
    return expectation(Code.NOT_FOUND, "NOT_FOUND", what, value, expected, null);
  }

  /** An ID that something else has already: ALREADY_EXISTS. */
  public static StatusRuntimeException alreadyExists(String field, Object value, String expected) {
    return expectation(Code.ALREADY_EXISTS, "ALREADY_EXISTS", field, value, expected, null);
  }

  /** A value that is right elsewhere or at another time: FAILED_PRECONDITION. */
  public static StatusRuntimeException precondition(String field, Object value, String expected) {
    return expectation(
        Code.FAILED_PRECONDITION, "FAILED_PRECONDITION", field, value, expected, null);
  }

  /** Nobody that is known: UNAUTHENTICATED. The credential itself is never shown. */
  public static StatusRuntimeException unauthenticated(String expected) {
    ErrorInfo info = info("UNAUTHENTICATED").putMetadata("expected", expected).build();
    return status(Code.UNAUTHENTICATED, "credentials (expected: " + expected + ")", info, null);
  }

  /** A limit is reached; trying again after {@code retryAfter} may help: RESOURCE_EXHAUSTED. */
  public static StatusRuntimeException exhausted(
      String resource, Object value, String limit, Duration retryAfter) {
    ErrorInfo info =
        info("RESOURCE_EXHAUSTED")
            .putMetadata("field", resource)
            .putMetadata("value", shown(value))
            .putMetadata("expected", limit)
            .build();
    return status(
        Code.RESOURCE_EXHAUSTED,
        resource + ": " + shown(value) + " (expected: " + limit + ")",
        info,
        retry(retryAfter));
  }

  /** A limit is reached that the same request will reach again: RESOURCE_EXHAUSTED. */
  public static StatusRuntimeException tooLarge(String field, Object value, String limit) {
    return expectation(Code.RESOURCE_EXHAUSTED, "TOO_LARGE", field, value, limit, null);
  }

  /** A peer is down or not ready; trying again after {@code retryAfter} may help: UNAVAILABLE. */
  public static StatusRuntimeException unavailable(String peer, String why, Duration retryAfter) {
    ErrorInfo info =
        info("UNAVAILABLE").putMetadata("peer", peer).putMetadata("cause", shown(why)).build();
    return status(Code.UNAVAILABLE, peer + ": " + shown(why), info, retry(retryAfter));
  }

  /** Something that is served elsewhere and never here: UNIMPLEMENTED. */
  public static StatusRuntimeException unimplemented(String what, Object value, String expected) {
    return expectation(Code.UNIMPLEMENTED, "UNIMPLEMENTED", what, value, expected, null);
  }

  /** Stored or received bytes are not what they were: DATA_LOSS. */
  public static StatusRuntimeException dataLoss(String what, String detail) {
    ErrorInfo info =
        info("DATA_LOSS").putMetadata("field", what).putMetadata("value", shown(detail)).build();
    return status(Code.DATA_LOSS, what + ": " + shown(detail), info, null);
  }

  /**
   * What a client may see of anything thrown: a status stays what it is, everything else is
   * INTERNAL without its message.
   */
  public static StatusRuntimeException of(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof StatusRuntimeException status) {
        return status;
      }
      if (cause instanceof io.grpc.StatusException status) {
        return status.getStatus().asRuntimeException(status.getTrailers());
      }
    }
    return status(
        Code.INTERNAL,
        "internal error (expected: none; the service's log has it)",
        info("INTERNAL").build(),
        null);
  }

  /**
   * What the client of a call sees that ended early: the status that the context was cancelled
   * with, else DEADLINE_EXCEEDED or CANCELLED.
   *
   * @param when it was, for the message, such as "while waiting for decoder slots"
   */
  public static StatusRuntimeException ended(Context context, String when) {
    if (context.cancellationCause() instanceof StatusRuntimeException given
        && given.getStatus().getCode() != Status.Code.CANCELLED) {
      return given;
    }
    Deadline deadline = context.getDeadline();
    return deadline != null && deadline.isExpired()
        ? Status.DEADLINE_EXCEEDED
            .withDescription("call: its deadline passed " + when)
            .asRuntimeException()
        : Status.CANCELLED
            .withDescription("call: ended by its client " + when)
            .asRuntimeException();
  }

  /**
   * Returns whether a call failed because its server is gone. The transport has more words for it
   * than UNAVAILABLE, and they come without Laconic's details.
   */
  public static boolean isDown(Status status, @Nullable Metadata trailers) {
    return switch (status.getCode()) {
      case UNAVAILABLE -> true;
      case CANCELLED, INTERNAL, UNKNOWN -> !isExplained(trailers);
      default -> false;
    };
  }

  /** Whether Laconic made this status: the transport and foreign servers give no details. */
  public static boolean isExplained(@Nullable Metadata trailers) {
    return trailers != null && trailers.containsKey(STATUS_DETAILS);
  }

  /** Returns when to try again; empty if the problem doesn't say that trying again may help. */
  public static Optional<Duration> retryAfter(StatusRuntimeException problem) {
    com.google.rpc.Status details = StatusProto.fromThrowable(problem);
    if (details == null) {
      return Optional.empty();
    }
    for (Any detail : details.getDetailsList()) {
      if (detail.is(RetryInfo.class)) {
        try {
          return Optional.of(delay(detail.unpack(RetryInfo.class)));
        } catch (InvalidProtocolBufferException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private static StatusRuntimeException expectation(
      Code code,
      String reason,
      String field,
      Object value,
      String expected,
      @Nullable Message detail) {
    ErrorInfo info =
        info(reason)
            .putMetadata("field", field)
            .putMetadata("value", shown(value))
            .putMetadata("expected", expected)
            .build();
    return status(
        code, field + ": " + shown(value) + " (expected: " + expected + ")", info, detail);
  }

  private static ErrorInfo.Builder info(String reason) {
    return ErrorInfo.newBuilder().setReason(reason).setDomain(DOMAIN);
  }

  private static RetryInfo retry(Duration after) {
    return RetryInfo.newBuilder()
        .setRetryDelay(
            com.google.protobuf.Duration.newBuilder()
                .setSeconds(after.getSeconds())
                .setNanos(after.getNano()))
        .build();
  }

  private static StatusRuntimeException status(
      Code code, String message, ErrorInfo info, @Nullable Message detail) {
    List<Any> details = new ArrayList<>(List.of(Any.pack(info)));
    if (detail != null) {
      details.add(Any.pack(detail));
    }
    Metadata trailers = new Metadata();
    trailers.put(RETRY_PUSHBACK, Long.toString(pushbackMillis(code, detail)));
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(message)
            .addAllDetails(details)
            .build(),
        trailers);
  }

  private static long pushbackMillis(Code code, @Nullable Message detail) {
    return code == Code.UNAVAILABLE && detail instanceof RetryInfo retry
        ? delay(retry).toMillis()
        : NO_RETRY;
  }

  private static Duration delay(RetryInfo retry) {
    return Duration.ofSeconds(retry.getRetryDelay().getSeconds(), retry.getRetryDelay().getNanos());
  }

  /** One line, bounded: a value may be a whole document. */
  private static String shown(Object value) {
    String text = String.valueOf(value).replaceAll("\\p{Cntrl}", " ");
    return text.length() <= SHOWN_CHARACTERS
        ? text
        : text.substring(0, SHOWN_CHARACTERS) + "... (" + text.length() + " characters)";
  }
}
