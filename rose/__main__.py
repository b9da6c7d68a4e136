import sys

try:
    from rose.cli import main

    main()
except KeyboardInterrupt:  # while still loading: nothing has been started
    sys.exit(130)
