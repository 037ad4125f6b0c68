package ai.laconic.it.load;

import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.CreateContextRequest;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.Turn;
import com.google.protobuf.ByteString;
import java.util.Map;

/** Ways in which a client can keep a server waiting. */
enum Stalling {
  SAYS_NOTHING(false) {
    @Override
    void begin(RawClient client, Map<String, String> key) {}
  },
  STOPS_IN_THE_PREFACE(false) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.send(RawClient.PREFACE.substring(0, 12));
    }
  },
  ANSWERS_NO_PING(false) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.open(WINDOW);
    }
  },
  MAKES_NO_CALL(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.open(WINDOW);
    }
  },
  BEGINS_AN_UPLOAD(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.open(WINDOW);
      client.call(1, UPLOAD, key);
    }
  },
  UPLOADS_14_BYTES(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      upload(client, key);
      client.message(1, text("fourteen bytes"), false);
    }
  },
  STOPS_IN_A_PIECE(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      upload(client, key);
      client.message(1, text("fourteen bytes"), 9, false);
    }
  },
  UPLOADS_BYTE_BY_BYTE(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      upload(client, key);
    }

    @Override
    void tick(RawClient client) {
      client.message(1, text("x"), false);
    }
  },
  ASKS_NOTHING(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.open(WINDOW);
      client.call(1, GENERATE, key);
    }
  },
  STOPS_IN_A_QUESTION(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.open(WINDOW);
      client.call(1, GENERATE, key);
      client.message(1, QUESTION, QUESTION.length / 2, false);
    }
  },
  STOPS_IN_A_SHORT_CALL(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.open(WINDOW);
      client.call(1, LIST, key);
    }
  },
  TAKES_NO_ANSWER(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.open(0);
      client.call(1, GENERATE, key);
      client.message(1, QUESTION, true);
    }
  },
  TAKES_BYTE_BY_BYTE(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      TAKES_NO_ANSWER.begin(client, key);
    }

    @Override
    void tick(RawClient client) {
      client.widen(1, 1);
    }
  },
  TAKES_NO_SHORT_ANSWER(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.open(0);
      client.call(1, LIST, key);
      client.message(1, new byte[0], true);
    }
  },
  STOPS_READING(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.open(WINDOW);
      client.call(1, GENERATE, key);
      client.message(1, QUESTION, true);
      client.stopReading();
    }
  },
  HAS_NO_KEY(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.open(0);
      client.call(1, UPLOAD, Map.of());
    }
  },
  HAS_A_WRONG_KEY(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.open(WINDOW);
      client.call(1, GENERATE, Map.of("authorization", "Bearer guessed"));
    }
  },
  RESETS_WHAT_IT_BEGINS(true) {
    @Override
    void begin(RawClient client, Map<String, String> key) {
      client.open(WINDOW);
      for (int stream = 1; stream < 40; stream += 2) {
        client.call(stream, UPLOAD, key);
        client.message(stream, OPTIONS, false);
        client.reset(stream);
      }
    }
  };

  private static final int WINDOW = 65535;
  private static final String UPLOAD = "laconic.v1.ContextService/CreateContext";
  private static final String GENERATE = "laconic.v1.GenerationService/Generate";
  private static final String LIST = "laconic.v1.PoolService/ListPools";
  private static final byte[] OPTIONS =
      CreateContextRequest.newBuilder()
          .setOptions(ContextOptions.newBuilder().setRatio(4))
          .build()
          .toByteArray();
  private static final byte[] QUESTION =
      GenerateRequest.newBuilder()
          .setMaxTokens(64)
          .addTurns(
              Turn.newBuilder()
                  .setRole(Role.ROLE_USER)
                  .addParts(Part.newBuilder().setText("Why is the sky blue?")))
          .build()
          .toByteArray();

  private final boolean polite;

  Stalling(boolean polite) {
    this.polite = polite;
  }

  /** Whether it answers pings and acknowledges settings, so that its connection looks alive. */
  boolean polite() {
    return polite;
  }

  /** Does all that it does by itself. */
  abstract void begin(RawClient client, Map<String, String> key);

  /** Does what it does every now and then. */
  void tick(RawClient client) {}

  private static void upload(RawClient client, Map<String, String> key) {
    client.open(WINDOW);
    client.call(1, UPLOAD, key);
    client.message(1, OPTIONS, false);
  }

  private static byte[] text(String text) {
    return CreateContextRequest.newBuilder()
        .setText(ByteString.copyFromUtf8(text))
        .build()
        .toByteArray();
  }
}
